"""Zeros around feature maps, and the max pooling that stands on them."""

from typing import Any

from keras import ops

Tensor = Any


def pad(x: Tensor, rows: tuple[int, int], columns: tuple[int, int]) -> Tensor:
    """`[batch, height, width, channels]` with zeros before and after its rows and columns."""
    return ops.pad(x, ((0, 0), rows, columns, (0, 0)))


def max_pool_after_relu(x: Tensor, ceil: bool = False) -> Tensor:
    """Largest of 3x3 pixels around every other one, as PyTorch's pooling with padding 1.

    Args:
        x: `[batch, height, width, channels]`, nowhere negative: then zeros around it change no
            maximum.
        ceil: PyTorch's ceil_mode. A side of 2n becomes n + 1, not n; 2n + 1 becomes n + 1 always.
    """
    around = (1, 2 if ceil else 1)
    return ops.max_pool(
        pad(x, around, around), 3, strides=2, padding="valid", data_format="channels_last"
    )
