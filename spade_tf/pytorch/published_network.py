"""Networks that others trained with PyTorch, and that we only run."""

from typing import Any

import keras
from keras import ops

SMALLEST_IMAGE = (1, 64, 64, 3)


class PublishedNetwork(keras.Model):
    """A frozen network whose layers bear the names of PyTorch's modules.

    A convolution called `base.layer1.conv1.conv` is filled from the tensor
    `base.layer1.conv1.conv.weight`, so the network is its own table of names. Always in float32 and
    with stored statistics, whatever the precision policy and `training` say.

    Attributes:
        unused: regular expression of further tensors in the published file, which `load_state_dict`
            passes over.
    """

    unused = ""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights, random ones; images may have any size."""
        self.call(ops.zeros(SMALLEST_IMAGE))
        self.built = True
        self.trainable = False
