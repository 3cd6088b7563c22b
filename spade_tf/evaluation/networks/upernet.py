"""UperNet on ResNet-101, the segmenter of ADE20K.

Xiao et al. 2018, arXiv:1807.10221; layout and weights of CSAILVision/semantic-segmentation-pytorch.
"""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops
from PIL import Image

from spade_tf.evaluation.networks.bottleneck import Bottleneck
from spade_tf.evaluation.networks.conv_norm import ConvNorm
from spade_tf.evaluation.networks.padding import max_pool_after_relu
from spade_tf.evaluation.networks.resampling import adaptive_average_pool, resize_bilinear
from spade_tf.pytorch import PublishedNetwork

Tensor = Any

NUM_CLASSES = 150
WIDTH = 512
IMAGENET_MEAN = np.array([0.485, 0.456, 0.406], "float32")
IMAGENET_STD = np.array([0.229, 0.224, 0.225], "float32")
MEAN_BGR = np.array([102.9801, 115.9465, 122.7717], "float32")
INPUT_SCALINGS = ("imagenet", "bgr")
STAGES = ((3, 256, 1), (4, 512, 2), (23, 1024, 2), (3, 2048, 2))
"""Blocks, channels and strides of layer1 to layer4."""
POOL_SIZES = (1, 2, 3, 6)

SHORT_SIDES = (300, 375, 450, 525, 600)
LONGEST_SIDE = 1000
SIDE_MULTIPLE = 32


def preprocess(image: Tensor, input_scaling: str = "imagenet") -> Tensor:
    """RGB 0..255 to what a set of weights expects: "imagenet" or "bgr", see `UperNet101`."""
    if input_scaling == "bgr":
        return ops.flip(image, axis=-1) - MEAN_BGR
    return (image / 255.0 - IMAGENET_MEAN) / IMAGENET_STD


def sized_images(
    image: np.ndarray,
    short_sides: Sequence[int] = SHORT_SIDES,
    longest_side: int = LONGEST_SIDE,
    side_multiple: int = SIDE_MULTIPLE,
) -> list[np.ndarray]:
    """An image at the sizes whose mean probability the published scores are of.

    Resized by Pillow's bilinear filter. Both sides are rounded up to `side_multiple`, which
    stretches the image a little; it is not padded.

    Args:
        image: `[height, width, 3]` uint8.
        short_sides: length of the shorter side of each size, before rounding.
        longest_side: of any size, before rounding.
    """
    height, width = image.shape[:2]
    images = []
    for short_side in short_sides:
        scale = min(short_side / min(height, width), longest_side / max(height, width))
        new_height, new_width = (
            math.ceil(int(side * scale) / side_multiple) * side_multiple for side in (height, width)
        )
        resized = Image.fromarray(image).resize((new_width, new_height), Image.Resampling.BILINEAR)
        images.append(np.asarray(resized))
    return images


@keras.saving.register_keras_serializable("spade_tf")
class UperNet101(PublishedNetwork):
    """Logits of ADE20K's classes.

    Called on image `[batch, height, width, 3]` float32 0..255, RGB; returns `[batch, height / 4,
    width / 4, 150]`, to be resized to the label map (half-pixel bilinear) before their softmax.
    Class n is the id n + 1 of the file. Sides should be multiples of 32.

    Args:
        input_scaling: what the weights expect. "imagenet": RGB 0..1 minus mean over standard
            deviation, the set of August 2019 and later; "bgr": BGR 0..255 minus mean, the set
            before, to which the SPADE authors point.
    """

    unused = r".*\.(_tmp_running_mean|_tmp_running_var|_running_iter)$"

    def __init__(self, input_scaling: str = "imagenet", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if input_scaling not in INPUT_SCALINGS:
            raise ValueError(
                f"input_scaling is {input_scaling!r}; write one of {', '.join(INPUT_SCALINGS)}"
            )
        self.input_scaling = input_scaling
        self.stem = [
            ConvNorm((f"encoder.conv{number}", f"encoder.bn{number}"), filters, 3, strides)
            for number, filters, strides in ((1, 64, 2), (2, 64, 1), (3, 128, 1))
        ]
        self.stages = [
            [
                Bottleneck(
                    f"encoder.layer{number}.{block}",
                    filters,
                    strides if block == 0 else 1,
                    project=block == 0,
                )
                for block in range(blocks)
            ]
            for number, (blocks, filters, strides) in enumerate(STAGES, start=1)
        ]
        self.pool_convs = [_decoder_conv(f"ppm_conv.{n}") for n in range(len(POOL_SIZES))]
        self.pool_fusion = _decoder_conv("ppm_last_conv", 3)
        self.lateral_convs = [_decoder_conv(f"fpn_in.{n}") for n in range(3)]
        self.output_convs = [_decoder_conv(f"fpn_out.{n}.0", 3) for n in range(3)]
        self.fusion = _decoder_conv("conv_last.0", 3)
        self.classifier = keras.layers.Conv2D(
            NUM_CLASSES,
            1,
            data_format="channels_last",
            dtype="float32",
            name="decoder.conv_last.1",
        )

    def call(self, image: Tensor) -> Tensor:
        x = preprocess(ops.cast(image, "float32"), self.input_scaling)
        pyramid = self.pyramid(self.maps(x))
        height, width = ops.shape(pyramid[0])[1:3]
        resized = [resize_bilinear(x, height, width) for x in pyramid[1:]]
        return self.classifier(self.fusion(ops.concatenate([pyramid[0], *resized], axis=-1)))

    def maps(self, x: Tensor) -> list[Tensor]:
        """What layer1 to layer4 make of a preprocessed image: strides 4, 8, 16, 32."""
        for convolution in self.stem:
            x = convolution(x)
        x, maps = max_pool_after_relu(x), []
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
            maps.append(x)
        return maps

    def pyramid(self, maps: Sequence[Tensor]) -> list[Tensor]:
        """The same strides with 512 channels each, every one seeing the deeper ones (figure 4)."""
        top = self.pooled(maps[-1])
        outputs = [top]
        for level in (2, 1, 0):
            lateral = self.lateral_convs[level](maps[level])
            height, width = ops.shape(lateral)[1:3]
            top = lateral + resize_bilinear(top, height, width)
            outputs.insert(0, self.output_convs[level](top))
        return outputs

    def pooled(self, deepest: Tensor) -> Tensor:
        """The deepest map with its means over ever smaller bins (pyramid pooling)."""
        height, width = ops.shape(deepest)[1:3]
        parts = [deepest]
        for size, convolution in zip(POOL_SIZES, self.pool_convs, strict=True):
            means = adaptive_average_pool(deepest, size)
            parts.append(convolution(resize_bilinear(means, height, width)))
        return self.pool_fusion(ops.concatenate(parts, axis=-1))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "input_scaling": self.input_scaling}


def _decoder_conv(name: str, kernel_size: int = 1) -> ConvNorm:
    return ConvNorm((f"decoder.{name}.0", f"decoder.{name}.1"), WIDTH, kernel_size)
