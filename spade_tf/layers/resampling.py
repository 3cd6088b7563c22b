"""Features doubled, halved and padded: `[batch, height, width, channels]` in and out."""

from typing import Any

from keras import ops

from spade_tf.layers.own_gradient import own_gradient


def double(x: Any) -> Any:
    """Features at twice the size, each repeated 2x2 (nearest)."""

    @own_gradient  # a broadcast's is a sum over axes of two, ten times slower
    def repeated(x: Any) -> tuple:
        # Not ops.image.resize: XLA cannot compile its gradient on CPUs.
        batch, height, width, channels = ops.shape(x)
        x = ops.reshape(x, (-1, height, 1, width, 1, channels))
        x = ops.broadcast_to(x, (batch, height, 2, width, 2, channels))
        doubled = ops.reshape(x, (-1, 2 * height, 2 * width, channels))
        return doubled, lambda upstream: 4 * ops.average_pool(upstream, 2)

    return repeated(x)


def halve(x: Any) -> Any:
    """3x3 means with stride 2 around every other pixel; what lies outside counts for nothing."""
    ones = ops.ones_like(x[:1, :, :, :1])
    share = ops.average_pool(pad(ones, 1), 3, strides=2)
    return ops.average_pool(pad(x, 1), 3, strides=2) / share


def pad(x: Any, size: int) -> Any:
    """Features with `size` zeros on each side of height and width."""
    return ops.pad(x, ((0, 0), (size, size), (size, size), (0, 0)))


def reflect(x: Any, size: int) -> Any:
    """Features with `size` rows and columns mirrored at each border, which is not repeated."""
    sides = (size, size)
    return ops.pad(x, ((0, 0), sides, sides, (0, 0)), mode="reflect")
