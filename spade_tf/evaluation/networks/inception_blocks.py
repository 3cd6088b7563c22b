"""The building blocks of InceptionV3 (Szegedy et al. 2016, arXiv:1512.00567, figures 5 to 7).

Parts are named as in torchvision. Average pools do not count the zeros around the map, which is
how the network was trained in TensorFlow.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from spade_tf.evaluation.networks.conv_norm import ConvNorm

Tensor = Any
EPSILON = 1e-3


@keras.saving.register_keras_serializable("spade_tf")
class Branches(keras.layers.Layer):
    """Several stacks of layers on the same input; their outputs are concatenated.

    Args:
        branches: one sequence of layers for each.
    """

    def __init__(self, branches: Sequence[Sequence[keras.layers.Layer]], **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.branches = [list(layers) for layers in branches]

    def build(self, input_shape: Any) -> None:
        for layers in self.branches:
            shape = (None, None, None, input_shape[-1])
            for layer in layers:
                layer.build(shape)
                shape = layer.compute_output_shape(shape)

    def compute_output_shape(self, input_shape: Any) -> tuple[None, None, None, int]:
        """Only the channels are told: maps may have any size."""
        channels = 0
        for layers in self.branches:
            shape = (None, None, None, input_shape[-1])
            for layer in layers:
                shape = layer.compute_output_shape(shape)
            channels += shape[-1]
        return (None, None, None, channels)

    def call(self, x: Tensor) -> Tensor:
        outputs = []
        for layers in self.branches:
            output = x
            for layer in layers:
                output = layer(output)
            outputs.append(output)
        return ops.concatenate(outputs, axis=-1)

    def get_config(self) -> dict[str, Any]:
        branches = [
            [keras.saving.serialize_keras_object(layer) for layer in layers]
            for layers in self.branches
        ]
        return {**super().get_config(), "branches": branches}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Branches":
        branches = [
            [keras.saving.deserialize_keras_object(layer) for layer in layers]
            for layers in config.pop("branches")
        ]
        return cls(branches, **config)


def conv(
    name: str,
    filters: int,
    kernel_size: int | tuple[int, int] = 1,
    strides: int = 1,
    padding: str = "symmetric",
) -> ConvNorm:
    """A convolution of the network, with its normalisation and ReLU."""
    names = (f"{name}.conv", f"{name}.bn")
    return ConvNorm(names, filters, kernel_size, strides, padding=padding, epsilon=EPSILON)


def smaller(name: str, filters: int) -> ConvNorm:
    """A 3x3 convolution that halves the map."""
    return conv(name, filters, 3, strides=2, padding="valid")


def halving_pool() -> keras.layers.Layer:
    """The largest of 3x3 pixels, every other one."""
    return keras.layers.MaxPooling2D(3, 2, data_format="channels_last", dtype="float32")


def surrounding_mean() -> keras.layers.Layer:
    """The mean of 3x3 pixels, fewer at the border."""
    return keras.layers.AveragePooling2D(
        3, 1, padding="same", data_format="channels_last", dtype="float32"
    )


def surrounding_maximum() -> keras.layers.Layer:
    """The largest of 3x3 pixels."""
    return keras.layers.MaxPooling2D(
        3, 1, padding="same", data_format="channels_last", dtype="float32"
    )


def block_5(name: str, pool_filters: int) -> Branches:
    """Mixed_5b, 5c and 5d, at 35 x 35."""
    return Branches(
        [
            [conv(f"{name}.branch1x1", 64)],
            [conv(f"{name}.branch5x5_1", 48), conv(f"{name}.branch5x5_2", 64, 5)],
            [
                conv(f"{name}.branch3x3dbl_1", 64),
                conv(f"{name}.branch3x3dbl_2", 96, 3),
                conv(f"{name}.branch3x3dbl_3", 96, 3),
            ],
            [surrounding_mean(), conv(f"{name}.branch_pool", pool_filters)],
        ]
    )


def block_6a(name: str) -> Branches:
    """From 35 x 35 to 17 x 17."""
    return Branches(
        [
            [smaller(f"{name}.branch3x3", 384)],
            [
                conv(f"{name}.branch3x3dbl_1", 64),
                conv(f"{name}.branch3x3dbl_2", 96, 3),
                smaller(f"{name}.branch3x3dbl_3", 96),
            ],
            [halving_pool()],
        ]
    )


def block_6(name: str, width: int) -> Branches:
    """Mixed_6b to 6e, at 17 x 17."""
    row, column = (1, 7), (7, 1)
    return Branches(
        [
            [conv(f"{name}.branch1x1", 192)],
            [
                conv(f"{name}.branch7x7_1", width),
                conv(f"{name}.branch7x7_2", width, row),
                conv(f"{name}.branch7x7_3", 192, column),
            ],
            [
                conv(f"{name}.branch7x7dbl_1", width),
                conv(f"{name}.branch7x7dbl_2", width, column),
                conv(f"{name}.branch7x7dbl_3", width, row),
                conv(f"{name}.branch7x7dbl_4", width, column),
                conv(f"{name}.branch7x7dbl_5", 192, row),
            ],
            [surrounding_mean(), conv(f"{name}.branch_pool", 192)],
        ]
    )


def block_7a(name: str) -> Branches:
    """From 17 x 17 to 8 x 8."""
    return Branches(
        [
            [conv(f"{name}.branch3x3_1", 192), smaller(f"{name}.branch3x3_2", 320)],
            [
                conv(f"{name}.branch7x7x3_1", 192),
                conv(f"{name}.branch7x7x3_2", 192, (1, 7)),
                conv(f"{name}.branch7x7x3_3", 192, (7, 1)),
                smaller(f"{name}.branch7x7x3_4", 192),
            ],
            [halving_pool()],
        ]
    )


def block_7(name: str, pool: keras.layers.Layer) -> Branches:
    """Mixed_7b and 7c, at 8 x 8."""

    def row_and_column(prefix: str) -> Branches:
        return Branches([[conv(f"{prefix}a", 384, (1, 3))], [conv(f"{prefix}b", 384, (3, 1))]])

    return Branches(
        [
            [conv(f"{name}.branch1x1", 320)],
            [conv(f"{name}.branch3x3_1", 384), row_and_column(f"{name}.branch3x3_2")],
            [
                conv(f"{name}.branch3x3dbl_1", 448),
                conv(f"{name}.branch3x3dbl_2", 384, 3),
                row_and_column(f"{name}.branch3x3dbl_3"),
            ],
            [pool, conv(f"{name}.branch_pool", 192)],
        ]
    )
