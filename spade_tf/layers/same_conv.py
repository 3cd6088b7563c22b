"""The convolution that every part of the published networks uses."""

from typing import Any

import keras

from spade_tf.layers.initializers import xavier_normal


def same_conv(filters: int, kernel_size: int, **kwargs: Any) -> keras.layers.Conv2D:
    """A size-preserving convolution: zero padding, `xavier_normal()` kernel, zero biases.

    Args:
        filters: channels of the output.
        kernel_size: odd height and width of the kernel.
        kwargs: further arguments of `keras.layers.Conv2D`.
    """
    return keras.layers.Conv2D(
        filters, kernel_size, padding="same", kernel_initializer=xavier_normal(), **kwargs
    )
