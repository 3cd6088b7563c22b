"""The residual block of ResNet-101 and of what descends from it (He et al. 2016, figure 5)."""

from typing import Any

import keras
from keras import ops

from spade_tf.evaluation.networks.conv_norm import ConvNorm

Tensor = Any


@keras.saving.register_keras_serializable("spade_tf")
class Bottleneck(keras.layers.Layer):
    """1x1, 3x3 and 1x1 convolution, added to the input or to a 1x1 projection of it; ReLU.

    Args:
        prefix: of the names of its parts.
        filters: channels of the output; the first two convolutions have a quarter of them.
        strides: of the projection and of one convolution.
        dilation: of the 3x3 convolution.
        project: whether the input is projected; else it has the output's shape.
        caffe: Caffe's form: the first convolution has the strides, and the parts are called
            `reduce`, `conv3x3`, `increase`, `shortcut`. Else torchvision's: the second has them,
            `conv1`, `bn1`, ... `downsample`.
    """

    def __init__(
        self,
        prefix: str,
        filters: int,
        strides: int = 1,
        dilation: int = 1,
        project: bool = False,
        caffe: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self._config = {
            "prefix": prefix,
            "filters": filters,
            "strides": strides,
            "dilation": dilation,
            "project": project,
            "caffe": caffe,
        }
        names = _caffe_names(prefix) if caffe else _torchvision_names(prefix)
        width = filters // 4
        first, second = (strides, 1) if caffe else (1, strides)
        self.reduce = ConvNorm(names[0], width, 1, first)
        self.middle = ConvNorm(names[1], width, 3, second, dilation)
        self.increase = ConvNorm(names[2], filters, 1, relu=False)
        self.shortcut = ConvNorm(names[3], filters, 1, strides, relu=False) if project else None

    def build(self, input_shape: Any) -> None:
        shape = input_shape
        for layer in (self.reduce, self.middle, self.increase):
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        if self.shortcut is not None:
            self.shortcut.build(input_shape)

    def call(self, x: Tensor) -> Tensor:
        shortcut = x if self.shortcut is None else self.shortcut(x)
        return ops.relu(self.increase(self.middle(self.reduce(x))) + shortcut)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self._config}


Names = list[tuple[str, str]]


def _caffe_names(prefix: str) -> Names:
    parts = ("reduce", "conv3x3", "increase", "shortcut")
    return [(f"{prefix}.{part}.conv", f"{prefix}.{part}.bn") for part in parts]


def _torchvision_names(prefix: str) -> Names:
    convolutions = [(f"{prefix}.conv{n}", f"{prefix}.bn{n}") for n in (1, 2, 3)]
    return [*convolutions, (f"{prefix}.downsample.0", f"{prefix}.downsample.1")]
