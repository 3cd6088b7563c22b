"""Trained weights as inference reads them: constant, with spectral normalisation worked in."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from spade_tf.layers import SpectralNormalization


def frozen(value: Any, dtype: str = "float32") -> tf.Variable:
    """A copy of a weight that no longer changes; a variable, for graphs repeat constants."""
    array = keras.ops.convert_to_numpy(value).astype(tf.as_dtype(dtype).as_numpy_dtype)
    return tf.Variable(array, trainable=False)


def float64(variable: keras.Variable) -> np.ndarray:
    """The values of a weight, in the precision in which weights are folded into each other."""
    return keras.ops.convert_to_numpy(variable.value).astype("float64")


def folded_kernel(layer: keras.layers.Layer) -> np.ndarray:
    """The kernel that a layer multiplies by, float64: W / sigma under spectral normalisation."""
    if not isinstance(layer, SpectralNormalization):
        return float64(layer.kernel)
    kernel = float64(layer.layer.kernel)
    matrix = kernel.reshape(-1, kernel.shape[-1])
    return kernel / (float64(layer.vector_v) @ matrix @ float64(layer.vector_u))


class Convolution(tf.Module):
    """A convolution with stride 1 and zero padding, all that generators have.

    Args:
        layer: a built `Conv2D`, wrapped in `SpectralNormalization` or not.
        dtype: of kernel, input and output.
    """

    def __init__(self, layer: keras.layers.Layer, dtype: str) -> None:
        super().__init__()
        conv = layer.layer if isinstance(layer, SpectralNormalization) else layer
        self.kernel = frozen(folded_kernel(layer), dtype)
        self.bias = frozen(float64(conv.bias), dtype) if conv.use_bias else None

    def __call__(self, x: tf.Tensor) -> tf.Tensor:
        x = tf.nn.conv2d(x, self.kernel, strides=1, padding="SAME")
        return x if self.bias is None else tf.nn.bias_add(x, self.bias)
