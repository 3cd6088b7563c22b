"""DRN-D-105, the segmenter of Cityscapes.

Yu et al. 2017, arXiv:1705.09914; layout and weights of fyu/drn.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from PIL import Image

from spade_tf.evaluation.networks.bilinear_upsampling import BilinearUpsampling
from spade_tf.evaluation.networks.bottleneck import Bottleneck
from spade_tf.evaluation.networks.conv_norm import ConvNorm
from spade_tf.pytorch import PublishedNetwork

Tensor = Any

NUM_CLASSES = 19
OUTPUT_STRIDE = 8
MEAN = np.array([0.29010095242892997, 0.32808144844279574, 0.28696394422942517], "float32")
STD = np.array([0.1829540508368939, 0.18656561047509476, 0.18447508988480435], "float32")
FIRST_CONVS = ((16, 7, 1, 1), (16, 3, 1, 1), (32, 3, 2, 1))
"""Channels, kernel, strides and dilation of base.0 to base.2."""
STAGES = ((3, 256, 2, 1), (4, 512, 2, 1), (23, 1024, 1, 2), (3, 2048, 1, 4))
"""Blocks, channels, strides and dilation of base.3 to base.6."""
LAST_CONVS = ((512, 3, 1, 2), (512, 3, 1, 1))
"""The same of base.7 and base.8."""

MULTI_SCALES = (1.0, 0.5, 0.75, 1.25, 1.5, 1.75)


def preprocess(image: Tensor) -> Tensor:
    """RGB 0..255 to what the weights expect: 0..1 minus mean over standard deviation."""
    return (image / 255.0 - MEAN) / STD


def scaled_images(image: np.ndarray, scales: Sequence[float] = MULTI_SCALES) -> list[np.ndarray]:
    """An image at the sizes whose summed log-probabilities the multi-scale test takes.

    Resized by Pillow's bicubic filter, sides rounded down.

    Args:
        image: `[height, width, 3]` uint8.
    """
    height, width = image.shape[:2]
    images = []
    for scale in scales:
        size = (int(width * scale), int(height * scale))
        resized = Image.fromarray(image).resize(size, Image.Resampling.BICUBIC)
        images.append(np.asarray(resized))
    return images


@keras.saving.register_keras_serializable("spade_tf")
class DRND105(PublishedNetwork):
    """Logits of Cityscapes' 19 train ids.

    Called on image `[batch, height, width, 3]` float32 0..255, RGB; returns `[batch, height / 8,
    width / 8, 19]`, before the enlargement that `log_probabilities` has.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stages: list[list[keras.layers.Layer]] = [
            *([_conv(number, *conv)] for number, conv in enumerate(FIRST_CONVS)),
            *(_residual_stage(number, *stage) for number, stage in enumerate(STAGES, start=3)),
            *([_conv(number, *conv)] for number, conv in enumerate(LAST_CONVS, start=7)),
        ]
        self.classifier = keras.layers.Conv2D(
            NUM_CLASSES, 1, data_format="channels_last", dtype="float32", name="seg"
        )
        self.upsampling = BilinearUpsampling(OUTPUT_STRIDE, name="up")

    def build(self, input_shape: Any = None) -> None:
        """Makes the weights, also those of the enlargement."""
        self.upsampling.build((None, None, None, NUM_CLASSES))
        super().build(input_shape)

    def call(self, image: Tensor) -> Tensor:
        return self.classifier(self.maps(preprocess(ops.cast(image, "float32")))[-1])

    def log_probabilities(self, image: Tensor) -> Tensor:
        """`[batch, 8 * ceil(height / 8), 8 * ceil(width / 8), 19]`: the published output."""
        return ops.log_softmax(self.upsampling(self(image)), axis=-1)

    def maps(self, x: Tensor) -> list[Tensor]:
        """What base.0 to base.8 make of a preprocessed image."""
        maps = []
        for layers in self.stages:
            for layer in layers:
                x = layer(x)
            maps.append(x)
        return maps


def _conv(number: int, filters: int, kernel_size: int, strides: int, dilation: int) -> ConvNorm:
    names = (f"base.{number}.0", f"base.{number}.1")
    return ConvNorm(names, filters, kernel_size, strides, dilation)


def _residual_stage(
    number: int, blocks: int, filters: int, strides: int, dilation: int
) -> list[Bottleneck]:
    return [
        Bottleneck(
            f"base.{number}.{block}",
            filters,
            strides if block == 0 else 1,
            dilation,
            project=block == 0,
        )
        for block in range(blocks)
    ]
