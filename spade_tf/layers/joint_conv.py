"""A convolution of a layout and an image that are never joined."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("spade_tf")
class JointConv2D(keras.layers.Conv2D):
    """The convolution of layout and image as if joined along their channels, layout first.

    A convolution is a sum over channels, so each part is convolved with its channels of the kernel
    and the results are added. What is saved: images generated and real share the work on their
    layout, the layout needs no gradient, and hundreds of one-hot channels are not copied.

    Call: `layer(layout, image)`; layout [batch, height, width, labels], image
    [n * batch, height, width, channels] for any whole n: the layouts are those of the first `batch`
    images, of the second, and so on. Output [n * batch, height, width, filters].

    Args: those of `keras.layers.Conv2D`. `build` takes the shape of the joined channels.
    """

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        self.input_spec = None  # neither input has the channels of the kernel

    def call(self, layout: Any, image: Any) -> Any:
        labels = layout.shape[-1]
        of_layout = self.convolution_op(layout, self.kernel[:, :, :labels])
        of_image = self.convolution_op(image, self.kernel[:, :, labels:])
        repeats = ops.shape(image)[0] // ops.shape(layout)[0]
        outputs = ops.tile(of_layout, (repeats, 1, 1, 1)) + of_image
        if self.use_bias:
            outputs = outputs + self.bias
        return outputs if self.activation is None else self.activation(outputs)
