"""Enlarging by a transposed convolution, one for each channel."""

from typing import Any

import keras
import numpy as np
from keras import ops

from spade_tf.evaluation.networks.padding import pad

Tensor = Any


@keras.saving.register_keras_serializable("spade_tf")
class BilinearUpsampling(keras.layers.Layer):
    """`[batch, height, width, channels]` with sides `factor` times as long.

    PyTorch's transposed convolution with kernel 2 * factor, stride factor, padding factor / 2, one
    group for each channel, and bilinear weights. Beyond the border it sees zeros, so the outermost
    factor / 2 pixels are darker than those of bilinear resizing.

    Every enlarged pixel sees 2 x 2 others, and factor**2 neighbours see the same ones: so this is a
    2 x 2 convolution with factor**2 outputs for each channel, which are then laid side by side.

    Args:
        factor: even.
    """

    def __init__(self, factor: int, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.factor = factor

    def build(self, input_shape: Any) -> None:
        side = 2 * self.factor
        self.kernel = self.add_weight(
            shape=(side, side, 1, input_shape[-1]),
            initializer=_bilinear_kernel,
            trainable=False,
            name="kernel",
        )

    def call(self, x: Tensor) -> Tensor:
        factor, channels = self.factor, x.shape[-1]
        height, width = ops.shape(x)[1:3]
        # The pixel before an enlarged one meets the kernel's second half, the one after the first.
        kernel = ops.reshape(self.kernel, (2, factor, 2, factor, channels))
        kernel = ops.flip(ops.transpose(kernel, (0, 2, 4, 1, 3)), axis=(0, 1))
        kernel = ops.reshape(kernel, (2, 2, channels, factor * factor))
        x = ops.depthwise_conv(
            pad(x, (1, 1), (1, 1)), kernel, padding="valid", data_format="channels_last"
        )
        x = ops.reshape(x, (-1, height + 1, width + 1, channels, factor, factor))
        x = ops.transpose(x, (0, 1, 4, 2, 5, 3))
        x = ops.reshape(x, (-1, factor * (height + 1), factor * (width + 1), channels))
        half = factor // 2
        return x[:, half:-half, half:-half]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


def _bilinear_kernel(shape: tuple[int, ...], dtype: Any = None) -> Tensor:
    side = shape[0]
    distances = np.abs((np.arange(side) + 0.5) / (side // 2) - 1)
    kernel = np.outer(1 - distances, 1 - distances)[:, :, np.newaxis, np.newaxis]
    return ops.convert_to_tensor(np.broadcast_to(kernel, shape), dtype=dtype)
