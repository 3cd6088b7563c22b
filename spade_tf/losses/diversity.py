"""Diversity loss: of several images of one layout, the best one of each class counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

Tensor = Any

BEST, MEAN = 0.999, 0.001
"""Shares of the best image's error, and of the mean error of all."""


def diversity(
    fake_features: Sequence[Tensor],
    real_features: Sequence[Tensor],
    layout: Tensor,
    weights: Sequence[float],
) -> Tensor:
    """Perceptual distance of a photograph to the nearest of several images, float32 `[batch]`.

    Chen and Koltun 2017, arXiv:1707.09405, section 3: with `e_ip` the error of image i on the
    pixels of class p, 0.999 sum_p min_i e_ip + 0.001 sum_p mean_i e_ip. So images may differ, and
    none is held to the mean of all photographs. No gradient reaches the real features.

    Args:
      fake_features: maps `[batch, images, height, width, channels]` of the synthesised images.
      real_features: maps `[batch, height, width, channels]` of the photograph.
      layout: `[batch, height, width, classes]`, the share of each class in each pixel.
      weights: one weight for each map.
    """
    errors = class_errors(fake_features, real_features, layout, weights)
    return BEST * ops.sum(ops.min(errors, 1), -1) + MEAN * ops.sum(ops.mean(errors, 1), -1)


def class_errors(
    fake_features: Sequence[Tensor],
    real_features: Sequence[Tensor],
    layout: Tensor,
    weights: Sequence[float],
) -> Tensor:
    """The error of each image on each class, float32 `[batch, images, classes]`.

    The weighted sum over maps of the mean over all pixels of (share of the class) * (mean absolute
    difference of the channels); the layout is averaged over the area of each map's pixels. Over all
    classes of a layout the errors add up to the perceptual loss. Arguments as of `diversity`.
    """
    errors = []
    layout = ops.cast(layout, "float32")
    for weight, fake, real in zip(weights, fake_features, real_features, strict=True):
        real = ops.expand_dims(ops.stop_gradient(ops.cast(real, "float32")), 1)
        difference = ops.mean(ops.abs(ops.cast(fake, "float32") - real), -1)
        height, width = real.shape[2:4]
        shares = area_resize(layout, height, width)
        error = ops.einsum("nihw,nhwp->nip", difference, shares) / (height * width)
        errors.append(weight * error)
    return sum(errors)


def area_resize(x: Tensor, height: int, width: int) -> Tensor:
    """Means over the area that each pixel of the smaller map covers.

    Args:
      x: `[batch, H, W, channels]`, of a size known beforehand.
      height, width: of the result, at most H and W; they need not divide them.
    """
    source_height, source_width = x.shape[1:3]
    if height != source_height:
        x = ops.einsum("hH,nHWc->nhWc", _area_matrix(source_height, height), x)
    if width != source_width:
        x = ops.einsum("wW,nhWc->nhwc", _area_matrix(source_width, width), x)
    return x


def _area_matrix(source: int, size: int) -> np.ndarray:
    """The share of each of `source` pixels in each of `size`, `[size, source]`; rows sum to 1."""
    edges = np.arange(size + 1) * source / size
    pixels = np.arange(source)
    inside = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return (np.maximum(inside, 0) * size / source).astype(np.float32)
