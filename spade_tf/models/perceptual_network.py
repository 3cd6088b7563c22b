"""VGG19 up to relu5_1: the feature maps which the perceptual loss compares.

Simonyan & Zisserman 2015, arXiv:1409.1556, configuration E.
"""

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


@keras.saving.register_keras_serializable("spade_tf")
class PerceptualNetwork(keras.Model):
    """VGG19 trunk, frozen, in float32 whatever the mixed precision policy.

    Called on image `[batch, height, width, 3]` float32 -1..1, RGB, sides of at least 16; returns
    the list of relu1_1, relu2_1, relu3_1, relu4_1, relu5_1: float32 maps of 64, 128, 256, 512, 512
    channels whose sides halve (rounding down) from one to the next.

    Args:
      input_scaling: what the weights expect of the image.
        "none": -1..1 as it is. SPADE and pix2pixHD feed torchvision's weights so, without the
        scaling with which these were trained, and chose the loss weight 10 for it.
        "imagenet": 0..1 minus mean over standard deviation, what torchvision's weights expect.
        "caffe": BGR 0..255 minus mean, what the weights of `keras.applications` expect. Maps are
        divided by 127.5, back to the unit of an image in -1..1: the network is homogeneous but for
        its biases, so its maps grow with the image, and the loss would grow a hundredfold.
      seed: of the random initial weights; the same seed gives the same weights.
    """

    def __init__(self, input_scaling: str = "none", seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        if input_scaling not in INPUT_SCALINGS:
            raise ValueError(
                f"input_scaling is {input_scaling!r}; write one of {', '.join(INPUT_SCALINGS)}"
            )
        self.input_scaling = input_scaling
        self.seed = seed
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
            for index, (name, _, filters) in enumerate(CONVOLUTIONS)
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
        convolutions = iter(self.convolutions)
        maps = []
        for index, group in enumerate(GROUPS):
            if index > 0:
                features = ops.max_pool(features, 2, data_format="channels_last")
            features = next(convolutions)(features)
            maps.append(features)
            for _ in group[1:]:
                features = next(convolutions)(features)
        return [features / CAFFE_UNIT for features in maps] if self._is_caffe else maps

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
        return {**super().get_config(), "input_scaling": self.input_scaling, "seed": self.seed}


def build_perceptual_network(weights: str = "none", seed: int = 0) -> PerceptualNetwork:
    """A built `PerceptualNetwork`.

    Args:
      weights: "none" leaves them random and reads nothing; anything else is a source of
        `load_perceptual_weights`.
      seed: of the random weights.
    """
    network = PerceptualNetwork(seed=seed, name="perceptual_network")
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
