"""The convolution that every part of the published networks uses."""

from typing import Any

from spade_tf.layers.initializers import xavier_normal
from spade_tf.layers.wide_conv import WideConv2D


def same_conv(filters: int, kernel_size: int, **kwargs: Any) -> WideConv2D:
    """A size-preserving convolution: zero padding, `xavier_normal()` kernel, zero biases.

    Args:
        filters: channels of the output.
        kernel_size: odd height and width of the kernel.
        kwargs: further arguments of `keras.layers.Conv2D`.
    """
    return WideConv2D(
        filters, kernel_size, padding="same", kernel_initializer=xavier_normal(), **kwargs
    )
