"""A convolution with batch normalisation as PyTorch computes it."""

from typing import Any

import keras

from spade_tf.evaluation.networks.padding import pad

Tensor = Any


@keras.saving.register_keras_serializable("spade_tf")
class ConvNorm(keras.layers.Layer):
    """Convolution without bias, batch normalisation with stored statistics, perhaps ReLU.

    Args:
        names: of the convolution and of the normalisation, as PyTorch's modules are called.
        filters: channels of the output.
        kernel_size: height and width of the kernel.
        strides, dilation: of the convolution.
        padding: "symmetric" adds as many zeros before as after, so that stride 1 keeps the size
            (TensorFlow's "same" adds them after, where the stride is 2); "valid" adds none.
        epsilon: of the normalisation.
        relu: whether negative values become 0.
    """

    def __init__(
        self,
        names: tuple[str, str],
        filters: int,
        kernel_size: int | tuple[int, int] = 1,
        strides: int = 1,
        dilation: int = 1,
        padding: str = "symmetric",
        epsilon: float = 1e-5,
        relu: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        if padding not in ("symmetric", "valid"):
            raise ValueError(f"padding is {padding!r}; write 'symmetric' or 'valid'")
        sides = (kernel_size, kernel_size) if isinstance(kernel_size, int) else tuple(kernel_size)
        self._config = {
            "names": tuple(names),
            "filters": filters,
            "kernel_size": sides,
            "strides": strides,
            "dilation": dilation,
            "padding": padding,
            "epsilon": epsilon,
            "relu": relu,
        }
        self.relu = relu
        self.pads = tuple(dilation * (side // 2) for side in sides)
        self.pad_first = padding == "symmetric" and strides > 1 and max(self.pads) > 0
        self.conv = keras.layers.Conv2D(
            filters,
            sides,
            strides=strides,
            dilation_rate=dilation,
            padding="same" if padding == "symmetric" and strides == 1 else "valid",
            use_bias=False,
            data_format="channels_last",
            dtype="float32",
            name=names[0],
        )
        self.norm = keras.layers.BatchNormalization(epsilon=epsilon, dtype="float32", name=names[1])

    def build(self, input_shape: Any) -> None:
        # Without this, Keras would trace the layer to learn its shapes: thrice the time.
        self.conv.build((None, None, None, input_shape[-1]))
        self.norm.build((None, None, None, self.conv.filters))

    def compute_output_shape(self, input_shape: Any) -> tuple[None, None, None, int]:
        """Only the channels are told: maps may have any size."""
        return (None, None, None, self.conv.filters)

    def call(self, x: Tensor) -> Tensor:
        if self.pad_first:
            height, width = self.pads
            x = pad(x, (height, height), (width, width))
        x = self.norm(self.conv(x), training=False)
        return keras.ops.relu(x) if self.relu else x

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self._config}
