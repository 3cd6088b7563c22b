"""The refinement module: what a cascaded refinement network repeats at every resolution."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers.same_conv import same_conv

EPSILON = 1e-12


@keras.saving.register_keras_serializable("spade_tf")
class RefinementModule(keras.layers.Layer):
    """Several times (3x3 convolution without bias, layer normalisation, leaky ReLU 0.2).

    Chen and Koltun 2017, arXiv:1707.09405, section 3. Layer normalisation takes mean and variance
    over height, width and channels of each image, and has a gain and a shift for each channel: it
    is group normalisation with one group.

    Args:
        filters: channels of every convolution.
        num_convolutions: how many.

    Call: `layer(x)`; x [batch, height, width, channels], output [batch, height, width, filters].
    """

    def __init__(self, filters: int, num_convolutions: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.num_convolutions = num_convolutions
        for index in range(num_convolutions):
            # Attributes, for TensorFlow's checkpoints pass over layers in lists.
            conv = same_conv(
                filters, 3, use_bias=False, dtype=self.dtype_policy, name=f"conv_{index}"
            )
            norm = keras.layers.GroupNormalization(
                1, epsilon=EPSILON, dtype=self.dtype_policy, name=f"norm_{index}"
            )
            setattr(self, conv.name, conv)
            setattr(self, norm.name, norm)

    @property
    def convolutions(self) -> list[keras.layers.Layer]:
        """The convolutions in their order."""
        return [getattr(self, f"conv_{index}") for index in range(self.num_convolutions)]

    @property
    def norms(self) -> list[keras.layers.Layer]:
        """The normalisation after each convolution."""
        return [getattr(self, f"norm_{index}") for index in range(self.num_convolutions)]

    def build(self, input_shape: tuple) -> None:
        shape = tuple(input_shape)
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            convolution.build(shape)
            shape = (*shape[:-1], self.filters)
            norm.build(shape)

    def call(self, x: Any) -> Any:
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = ops.leaky_relu(norm(convolution(x)), negative_slope=0.2)
        return x

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], self.filters)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "num_convolutions": self.num_convolutions,
        }
