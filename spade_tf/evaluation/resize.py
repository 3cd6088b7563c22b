"""Bilinear resizing of score maps with half-pixel centres, as two small matrix products."""

import numpy as np


def resize_bilinear(
    maps: np.ndarray, height: int, width: int, *, antialias: bool = False
) -> np.ndarray:
    """Resizes maps of any number of channels.

    Args:
      maps: [batch, height, width, channels]; the result has their float type.
      antialias: False as PyTorch does (align_corners false): two pixels on each axis count, also
        when shrinking. True as Pillow does: when shrinking the triangle is as wide as the step.
        When enlarging both are the same.
    """
    batch, old_height, old_width, channels = maps.shape
    if width != old_width:
        columns = bilinear_weights(old_width, width, antialias).astype(maps.dtype)
        maps = columns @ maps
    if height != old_height:
        rows = bilinear_weights(old_height, height, antialias).astype(maps.dtype)
        maps = rows @ maps.reshape(batch, old_height, width * channels)
    return maps.reshape(batch, height, width, channels)


def bilinear_weights(size: int, new_size: int, antialias: bool = False) -> np.ndarray:
    """What each old pixel gives to each new one, [new_size, size] float64; rows sum to 1."""
    step = size / new_size
    reach = max(1.0, step) if antialias else 1.0
    centers = (np.arange(new_size) + 0.5) * step - 0.5
    if not antialias:  # beyond the border the outermost pixel repeats
        centers = np.clip(centers, 0, size - 1)
    distances = np.abs(np.arange(size) - centers[:, np.newaxis])
    weights = np.maximum(0.0, 1.0 - distances / reach)
    return weights / weights.sum(axis=1, keepdims=True)
