"""L1 distance where a mask says so."""

from typing import Any

from keras import ops

Tensor = Any


def masked_difference(image: Tensor, photograph: Tensor, mask: Tensor) -> Tensor:
    """Mean absolute difference inside a mask, float32 `[batch]`; 0 where the mask is empty.

    Args:
      image, photograph: `[batch, height, width, channels]`.
      mask: `[batch, height, width]`, 0 or 1.
    """
    difference = ops.abs(ops.cast(image, "float32") - ops.cast(photograph, "float32"))
    mask = ops.cast(mask, "float32")
    inside = ops.sum(ops.mean(difference, axis=-1) * mask, axis=(1, 2))
    return inside / ops.maximum(ops.sum(mask, axis=(1, 2)), 1.0)
