"""DeepLabV2 on ResNet-101 with three scales, the segmenter of COCO-Stuff.

Chen et al. 2018, arXiv:1606.00915; layout and weights of kazuto1011/deeplab-pytorch.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from spade_tf.evaluation.networks.bottleneck import Bottleneck
from spade_tf.evaluation.networks.conv_norm import ConvNorm
from spade_tf.evaluation.networks.padding import max_pool_after_relu
from spade_tf.evaluation.networks.resampling import resize_bilinear, shrink
from spade_tf.pytorch import PublishedNetwork

Tensor = Any

NUM_CLASSES = 182
MEAN_BGR = np.array([104.008, 116.669, 122.675], "float32")
SMALL_SCALES = (0.5, 0.75)
STAGES = ((3, 256, 1, 1), (4, 512, 2, 1), (23, 1024, 1, 2), (3, 2048, 1, 4))
"""Blocks, channels, strides and dilation of layer2 to layer5."""
ASPP_DILATIONS = (6, 12, 18, 24)


def preprocess(image: Tensor) -> Tensor:
    """RGB 0..255 to what the weights expect: BGR minus a mean, in the image's own size."""
    return ops.flip(image, axis=-1) - MEAN_BGR


@keras.saving.register_keras_serializable("spade_tf")
class DeepLabV2(PublishedNetwork):
    """Logits of COCO-Stuff's classes, the largest of three scales.

    Called on image `[batch, height, width, 3]` float32 0..255, RGB; returns `[batch, rows, columns,
    182]`: where the height is a multiple of 8, one row for each 8 and one more. They are to be
    resized to the label map (half-pixel bilinear) and the largest taken; class 0..181 is the id of
    the file.

    Args:
        exact_step: how the image is reduced for the smaller scales; see `resampling.shrink`. It
            matters where sides are no multiples of 4. True is what the published code does with
            today's PyTorch, False what it did when its scores were published.
    """

    def __init__(self, exact_step: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.exact_step = exact_step
        stem = "base.layer1.conv1"
        self.stem = ConvNorm((f"{stem}.conv", f"{stem}.bn"), 64, 7, strides=2)
        self.stages = [
            [
                Bottleneck(
                    f"base.layer{number}.block{block}",
                    filters,
                    strides if block == 1 else 1,
                    dilation,
                    project=block == 1,
                    caffe=True,
                )
                for block in range(1, blocks + 1)
            ]
            for number, (blocks, filters, strides, dilation) in enumerate(STAGES, start=2)
        ]
        self.aspp = [
            keras.layers.Conv2D(
                NUM_CLASSES,
                3,
                padding="same",
                dilation_rate=dilation,
                data_format="channels_last",
                dtype="float32",
                name=f"base.aspp.c{index}",
            )
            for index, dilation in enumerate(ASPP_DILATIONS)
        ]

    def call(self, image: Tensor) -> Tensor:
        x = preprocess(ops.cast(image, "float32"))
        largest = self.logits(x)
        height, width = ops.shape(largest)[1:3]
        for scale in SMALL_SCALES:
            logits = self.logits(shrink(x, scale, self.exact_step))
            largest = ops.maximum(largest, resize_bilinear(logits, height, width))
        return largest

    def logits(self, x: Tensor) -> Tensor:
        """Logits of one scale of a preprocessed image."""
        features = self.maps(x)[-1]
        return sum(convolution(features) for convolution in self.aspp)

    def maps(self, x: Tensor) -> list[Tensor]:
        """What layer1 to layer5 make of a preprocessed image."""
        maps = [max_pool_after_relu(self.stem(x), ceil=True)]
        for blocks in self.stages:
            x = maps[-1]
            for block in blocks:
                x = block(x)
            maps.append(x)
        return maps

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "exact_step": self.exact_step}
