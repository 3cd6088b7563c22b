"""Maps of another size, as products with a small matrix for the rows and one for the columns.

All of it as PyTorch computes it, and for sizes that are known only when the graph runs.
"""

import math
from typing import Any

from keras import ops

Tensor = Any


def resize_bilinear(x: Tensor, height: Any, width: Any) -> Tensor:
    """Bilinear with half-pixel centres and without anti-aliasing (align_corners false).

    Args:
        x: `[batch, old height, old width, channels]`.
        height, width: of the result.
    """
    old_height, old_width = ops.shape(x)[1:3]
    rows = _bilinear(old_height, height, _ratio(old_height, height))
    return _product(rows, _bilinear(old_width, width, _ratio(old_width, width)), x)


def shrink(x: Tensor, scale: float, exact_step: bool = True) -> Tensor:
    """Bilinear at `scale` of the size, rounded down.

    Args:
        x: `[batch, height, width, channels]`.
        scale: of the sides, at most 1.
        exact_step: samples lie 1 / scale apart, as in PyTorch since 1.6. Before, and with False,
            they lie old over new side apart. Both are the same where no side is rounded.
    """
    matrices = []
    for old in ops.shape(x)[1:3]:
        new = _rounded_down(old, scale)
        matrices.append(_bilinear(old, new, 1.0 / scale if exact_step else _ratio(old, new)))
    return _product(matrices[0], matrices[1], x)


def adaptive_average_pool(x: Tensor, size: int) -> Tensor:
    """Means of `size` x `size` bins, which share pixels where a side is no multiple of `size`.

    Bin i of n pixels begins at floor(i * n / size) and ends before ceil((i + 1) * n / size).
    """
    height, width = ops.shape(x)[1:3]
    return _product(_bins(height, size), _bins(width, size), x)


def _bilinear(old: Any, new: Any, step: Any) -> Tensor:
    """What each old pixel gives to each new one, [new, old]; beyond a border it repeats."""
    last = ops.cast(old - 1, "float32")
    centres = (ops.arange(new, dtype="float32") + 0.5) * step - 0.5
    centres = ops.minimum(ops.maximum(centres, 0.0), last)
    distances = ops.abs(ops.arange(old, dtype="float32") - ops.expand_dims(centres, 1))
    return ops.maximum(0.0, 1.0 - distances)


def _bins(old: Any, size: int) -> Tensor:
    """What each pixel gives to each bin, [size, old]."""
    bins, pixels = ops.expand_dims(ops.arange(size), 1), ops.arange(old)
    inside = (pixels >= bins * old // size) & (pixels < ((bins + 1) * old + size - 1) // size)
    inside = ops.cast(inside, "float32")
    return inside / ops.sum(inside, axis=1, keepdims=True)


def _product(rows: Tensor, columns: Tensor, x: Tensor) -> Tensor:
    height, width, channels = ops.shape(x)[1:]
    x = ops.matmul(rows, ops.reshape(x, (-1, height, width * channels)))
    return ops.matmul(columns, ops.reshape(x, (-1, ops.shape(rows)[0], width, channels)))


def _ratio(old: Any, new: Any) -> Any:
    return ops.cast(old, "float32") / ops.cast(new, "float32")


def _rounded_down(old: Any, scale: float) -> Any:
    if isinstance(old, int):
        return math.floor(old * scale)
    return ops.cast(ops.floor(ops.cast(old, "float32") * scale), "int32")
