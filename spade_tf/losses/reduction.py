"""What every loss here does last: from a map of values to one float32 number for each example."""

from typing import Any

from keras import ops

Tensor = Any


def mean_per_example(values: Tensor) -> Tensor:
    """Mean over every axis but the first: `[batch, ...]` -> float32 `[batch]`."""
    values = ops.cast(values, "float32")
    return ops.mean(ops.reshape(values, (ops.shape(values)[0], -1)), axis=1)


def mean_absolute_difference(a: Tensor, b: Tensor) -> Tensor:
    """L1 distance of two equally shaped maps, `[batch, ...]` -> float32 `[batch]`.

    Subtracts in float32: the difference of two near float16 maps has few digits left.
    """
    return mean_per_example(ops.abs(ops.cast(a, "float32") - ops.cast(b, "float32")))
