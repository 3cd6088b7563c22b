"""The transposed convolution that doubles features in pix2pixHD."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers.initializers import xavier_normal


@keras.saving.register_keras_serializable("spade_tf")
class DoublingConv2D(keras.layers.Layer):
    """A 3x3 transposed convolution with stride 2 to exactly twice the size.

    Row i of the input adds to rows 2i - 1, 2i and 2i + 1 of the output, likewise for columns:
    PyTorch's ConvTranspose2d(kernel 3, stride 2, padding 1, output padding 1). Keras' "same" adds
    to rows 2i to 2i + 2. The kernel is stored as that of a convolution, outputs last, which is also
    how spectral normalisation reads it.

    Args:
        filters: channels of the output.
        use_bias: whether each output channel has a bias.

    Input: [batch, height, width, channels]. Output: [batch, 2 * height, 2 * width, filters].
    """

    def __init__(self, filters: int, use_bias: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.use_bias = use_bias

    def build(self, input_shape: tuple) -> None:
        shape = (3, 3, input_shape[-1], self.filters)
        self.kernel = self.add_weight(name="kernel", shape=shape, initializer=xavier_normal())
        if self.use_bias:
            self.bias = self.add_weight(name="bias", shape=(self.filters,), initializer="zeros")

    def call(self, x: Any) -> Any:
        # Keras' transposed convolutions have the inputs last, those of the convolution undone.
        kernel = ops.transpose(self.kernel, (0, 1, 3, 2))
        x = ops.conv_transpose(x, kernel, strides=2, padding="valid")[:, 1:, 1:]
        return x + self.bias if self.use_bias else x

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        batch, height, width, _ = input_shape
        return (batch, height and 2 * height, width and 2 * width, self.filters)

    def get_config(self) -> dict:
        return {**super().get_config(), "filters": self.filters, "use_bias": self.use_bias}
