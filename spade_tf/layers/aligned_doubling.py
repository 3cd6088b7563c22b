"""Features doubled by bilinear interpolation between corners that stay in place."""

from typing import Any

from keras import ops


def double_aligned(x: Any) -> Any:
    """Bilinear interpolation to twice the size, `[batch, height, width, channels]`.

    Corners are aligned: of n values, output j lies at j (n - 1) / (2 n - 1), so that the first and
    the last stay what they are. `keras.ops.image.resize` aligns the pixels' outer edges instead.
    """
    return _double_axis(_double_axis(x, 1), 2)


def _double_axis(x: Any, axis: int) -> Any:
    """Output 2 i lies i / (2 n - 1) before input i, and 2 i + 1 (n - 1 - i) / (2 n - 1) after."""
    shape = ops.shape(x)
    size = shape[axis]
    before = ops.concatenate([_part(x, axis, 0, 1), _part(x, axis, 0, -1)], axis)
    after = ops.concatenate([_part(x, axis, 1, None), _part(x, axis, -1, None)], axis)
    steps = ops.reshape(ops.arange(size, dtype="float32"), (-1, *(1,) * (3 - axis)))
    last = ops.cast(size - 1, "float32")
    length = ops.cast(2 * size - 1, "float32")
    even = x + ops.cast(steps / length, x.dtype) * (before - x)
    odd = x + ops.cast((last - steps) / length, x.dtype) * (after - x)
    doubled = [*shape]
    doubled[0], doubled[axis] = -1, 2 * size
    return ops.reshape(ops.stack([even, odd], axis + 1), doubled)


def _part(x: Any, axis: int, first: int, end: int | None) -> Any:
    return x[(*[slice(None)] * axis, slice(first, end))]
