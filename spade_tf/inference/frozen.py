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


def own_bias(layer: keras.layers.Layer) -> np.ndarray | None:
    """The bias of a convolution, float64, or None."""
    conv = layer.layer if isinstance(layer, SpectralNormalization) else layer
    return float64(conv.bias) if conv.use_bias else None
