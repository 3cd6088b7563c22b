"""VGG19 up to relu5_1 or relu5_2: the feature maps which the perceptual loss compares.

Simonyan & Zisserman 2015, arXiv:1409.1556, configuration E.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from spade_tf.errors import UserError
from spade_tf.models.vgg19_weights import (
    CONVOLUTIONS,
    GROUPS,
    download_weights,
    is_keras_file,
    read_weights,
)

Tensor = Any

INPUT_SCALINGS = ("none", "imagenet", "caffe")
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], "float32")  # RGB, image in 0..1
IMAGENET_STD = np.array([0.229, 0.224, 0.225], "float32")
CAFFE_MEAN = np.array([103.939, 116.779, 123.68], "float32")  # BGR, image in 0..255
CAFFE_UNIT = 127.5  # steps of 0..255 in one step of -1..1

IMAGE = "image"
SPADE_MAPS = ("block1_conv1", "block2_conv1", "block3_conv1", "block4_conv1", "block5_conv1")
CRN_MAPS = (IMAGE, "block1_conv2", "block2_conv2", "block3_conv2", "block4_conv2", "block5_conv2")
POOLINGS = ("max", "average")
FIRST_OF_GROUP = tuple(group[0][0] for group in GROUPS)


@keras.saving.register_keras_serializable("spade_tf")
class PerceptualNetwork(keras.Model):
    """VGG19 trunk, frozen, in float32 whatever the mixed precision policy.

    Called on image `[batch, height, width, 3]` float32 -1..1, RGB, sides of at least 16; returns
    the list of `maps`. By default these are relu1_1, relu2_1, relu3_1, relu4_1, relu5_1: float32
    maps of 64, 128, 256, 512, 512 channels whose sides halve (rounding down) from one to the next.

    Args:
      input_scaling: what the weights expect of the image.
        "none": -1..1 as it is. SPADE and pix2pixHD feed torchvision's weights so, without the
        scaling with which these were trained, and chose the loss weight 10 for it.
        "imagenet": 0..1 minus mean over standard deviation, what torchvision's weights expect.
        "caffe": BGR 0..255 minus mean, what the weights of `keras.applications` expect. Maps are
        divided by 127.5, back to the unit of an image in -1..1: the network is homogeneous but for
        its biases, so its maps grow with the image, and the loss would grow a hundredfold.
      seed: of the random initial weights; the same seed gives the same weights.
      maps: Keras' names of the convolutions after whose ReLU a map is taken, in their order;
        "image", first, is the scaled image. Convolutions beyond the last are left out.
      pooling: how sides are halved: "max", or "average" as for CRN.
    """

    def __init__(
        self,
        input_scaling: str = "none",
        seed: int = 0,
        maps: Sequence[str] = SPADE_MAPS,
        pooling: str = "max",
        **kwargs: Any,
    ) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        for name, value, known in (
            ("input_scaling", input_scaling, INPUT_SCALINGS),
            ("pooling", pooling, POOLINGS),
        ):
            if value not in known:
                raise ValueError(f"{name} is {value!r}; write one of {', '.join(known)}")
        self.input_scaling = input_scaling
        self.seed = seed
        self.maps = tuple(maps)
        self.pooling = pooling
        self.convolutions = [
            keras.layers.Conv2D(
                filters,
                kernel_size=3,
                padding="same",
                activation="relu",
                kernel_initializer=keras.initializers.HeNormal(seed + index),
                data_format="channels_last",
                dtype="float32",
                name=name,
            )
            for index, (name, _, filters) in enumerate(CONVOLUTIONS[: _count(self.maps)])
        ]
        self.trainable = False

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights; the image may have any size."""
        channels = 3
        for convolution in self.convolutions:
            convolution.build((None, None, None, channels))
            channels = convolution.filters
        self.built = True

    def call(self, image: Tensor) -> list[Tensor]:
        features = self._scaled(ops.cast(image, "float32"))
        maps = {IMAGE: features}
        for convolution in self.convolutions:
            if convolution.name in FIRST_OF_GROUP[1:]:
                features = self._halved(features)
            features = convolution(features)
            maps[convolution.name] = features
        found = [maps[name] for name in self.maps]
        return [features / CAFFE_UNIT for features in found] if self._is_caffe else found

    def _halved(self, features: Tensor) -> Tensor:
        pool = ops.max_pool if self.pooling == "max" else ops.average_pool
        return pool(features, 2, data_format="channels_last")

    def _scaled(self, image: Tensor) -> Tensor:
        if self._is_caffe:
            return ops.flip((image + 1.0) * CAFFE_UNIT, axis=-1) - CAFFE_MEAN
        if self.input_scaling == "imagenet":
            return ((image + 1.0) / 2.0 - IMAGENET_MEAN) / IMAGENET_STD
        return image

    @property
    def _is_caffe(self) -> bool:
        return self.input_scaling == "caffe"

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "input_scaling": self.input_scaling,
            "seed": self.seed,
            "maps": list(self.maps),
            "pooling": self.pooling,
        }


def _count(maps: Sequence[str]) -> int:
    """How many convolutions a network needs for these maps."""
    names = [name for name, _, _ in CONVOLUTIONS]
    unknown = [name for name in maps if name not in (IMAGE, *names)]
    if unknown or not maps:
        raise ValueError(f"maps are {', '.join(maps)}; write some of {IMAGE}, {', '.join(names)}")
    return 1 + max((names.index(name) for name in maps if name != IMAGE), default=-1)


def build_perceptual_network(
    weights: str = "none", seed: int = 0, maps: Sequence[str] = SPADE_MAPS, pooling: str = "max"
) -> PerceptualNetwork:
    """A built `PerceptualNetwork`.

    Args:
      weights: "none" leaves them random and reads nothing; anything else is a source of
        `load_perceptual_weights`.
      seed: of the random weights.
      maps, pooling: of `PerceptualNetwork`.
    """
    network = PerceptualNetwork(seed=seed, maps=maps, pooling=pooling, name="perceptual_network")
    network.build()
    if weights != "none":
        load_perceptual_weights(network, weights)
    return network


def load_perceptual_weights(model: PerceptualNetwork, source: str | Path) -> None:
    """Fills a built network with trained weights: with all of them, or on an error with none.

    Call it before the network becomes part of a `tf.function`, which would keep the old scaling.

    Args:
      model: what `build_perceptual_network` returns.
      source: "imagenet", the weights of `keras.applications.VGG19`, downloaded once into Keras'
        cache; or a Keras file of that model, with or without top (.h5, .weights.h5, .keras); or a
        torchvision state dict of vgg19 (.pth or .pt, needs torch; or .npz with the same keys).
        Keras' weights set `model.input_scaling` to "caffe", torchvision's leave it as it is.

    Raises:
      UserError: nothing could be downloaded or read, or tensors are missing or of another shape.
    """
    if source == "imagenet":
        weights, is_keras = download_weights(), True
    else:
        weights, is_keras = read_weights(Path(source)), is_keras_file(Path(source))
    variables = {
        f"{layer.name}/{part}": getattr(layer, part)
        for layer in model.convolutions
        for part in ("kernel", "bias")
    }
    faults = [f"{name} is missing" for name in variables if name not in weights] + [
        f"{name} has shape {weights[name].shape}, not {tuple(variable.shape)}"
        for name, variable in variables.items()
        if name in weights and weights[name].shape != tuple(variable.shape)
    ]
    if faults:
        raise UserError(
            f"losses.vgg_weights={source}: not the weights of VGG19 (Keras' names and shapes; "
            f"nothing was loaded): {'; '.join(faults)}"
        )
    for name, variable in variables.items():
        variable.assign(weights[name])
    if is_keras:
        model.input_scaling = "caffe"
