"""Training pairs of the spatial transformer: a segment of a photograph, moved and scaled."""

import numpy as np
from scipy import ndimage

from spade_tf.sims import sizes
from spade_tf.sims.segments import find_segments

SCALE, SHIFT = 0.1, 0.031
"""Largest change of size, and shift in sizes of the segment's box, either way (SIMS)."""


def displaced_segment(
    label_map: np.ndarray, image: np.ndarray, nothing: int | None, seed: list
) -> np.ndarray:
    """One of a photograph's segments, moved, and where it was.

    SIMS takes ten of each photograph; here it is one, another one each time.

    Args:
      label_map: [height, width] integers.
      image: its photograph, uint8 [height, width, 3].
      nothing: the label that is no thing, or None.
      seed: of all that is random, integers of 0 or more.

    Returns: float32 [height, width, 4], 0..1: RGB of the moved segment, 0 outside of it; 1 where
    the segment was. All 0 if no segment is large enough.
    """
    random = np.random.default_rng(seed)
    height, width = label_map.shape
    segments = find_segments(label_map, nothing, min_area=sizes.min_query_area(height, width))
    if not segments:
        return np.zeros((height, width, 4), np.float32)
    segment = segments[random.integers(len(segments))]
    whole = np.zeros((height, width), bool)
    whole[segment.box] = segment.mask
    box = np.array(segment.mask.shape)
    middle = np.array([segment.top, segment.left]) + (box - 1) / 2
    scale = random.uniform(1 - SCALE, 1 + SCALE)
    shift = random.uniform(-SHIFT, SHIFT, 2) * box
    # Pixel p of the result reads (p - middle - shift) / scale + middle.
    offset = middle - (middle + shift) / scale
    pixels = np.where(whole[..., np.newaxis], image, 0).astype(np.float32) / 255
    moved = [
        ndimage.affine_transform(pixels[..., channel], [1 / scale] * 2, offset, order=1)
        for channel in range(3)
    ]
    return np.stack([*moved, whole], axis=-1).astype(np.float32)
