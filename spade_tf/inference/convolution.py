"""The convolutions of a generator at inference."""

import keras
import numpy as np
import tensorflow as tf

from spade_tf.inference.frozen import folded_kernel, frozen, own_bias
from spade_tf.inference.winograd import WinogradConvolution, suits


class Convolution(tf.Module):
    """A convolution with stride 1 and zero padding, all that generators have.

    Args:
        kernel: `[height, width, channels, filters]`.
        bias: `[filters]`, or None.
        dtype: of kernel, input and output.
    """

    def __init__(self, kernel: np.ndarray, bias: np.ndarray | None, dtype: str) -> None:
        super().__init__()
        self.kernel = frozen(kernel, dtype)
        self.bias = None if bias is None else frozen(bias, dtype)

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        x = tf.nn.conv2d(x, self.kernel, strides=1, padding="SAME")
        return x if self.bias is None else tf.nn.bias_add(x, self.bias)


def make_convolution(
    layer: keras.layers.Layer, dtype: str, winograd: bool, use_bias: bool = True
) -> Convolution | WinogradConvolution:
    """The inference form of a `Conv2D`, wrapped in `SpectralNormalization` or not.

    Args:
        layer: built.
        dtype: of the products.
        winograd: use `WinogradConvolution` where it is faster.
        use_bias: False if what follows takes the bias in.
    """
    kernel, bias = folded_kernel(layer), own_bias(layer) if use_bias else None
    if winograd and suits(kernel, dtype):
        return WinogradConvolution(kernel, bias)
    return Convolution(kernel, bias, dtype)
