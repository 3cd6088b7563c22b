"""InceptionV3 as the Frechet inception distance uses it.

Heusel et al. 2017, arXiv:1706.08500; layout and weights of mseitzer/pytorch-fid, whose file holds
TensorFlow's network of 2015-12-05. `keras.applications.InceptionV3` is another network with other
weights: distances in its features are on another scale.
"""

from typing import Any

import keras
from keras import ops

from spade_tf.evaluation.networks.inception_blocks import (
    block_5,
    block_6,
    block_6a,
    block_7,
    block_7a,
    conv,
    halving_pool,
    surrounding_maximum,
    surrounding_mean,
)
from spade_tf.evaluation.networks.resampling import resize_bilinear
from spade_tf.pytorch import PublishedNetwork

Tensor = Any

SIDE = 299


def preprocess(image: Tensor) -> Tensor:
    """RGB 0..255 of any size to 299 x 299, -1..1; bilinear, without anti-aliasing."""
    return 2.0 * resize_bilinear(image / 255.0, SIDE, SIDE) - 1.0


@keras.saving.register_keras_serializable("spade_tf")
class FIDInception(PublishedNetwork):
    """The "pool3" features whose statistics the distance compares.

    Called on image `[batch, height, width, 3]` float32 0..255, RGB; returns `[batch, 2048]`.
    """

    unused = r"fc\."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.groups = [
            [
                conv("Conv2d_1a_3x3", 32, 3, strides=2, padding="valid"),
                conv("Conv2d_2a_3x3", 32, 3, padding="valid"),
                conv("Conv2d_2b_3x3", 64, 3),
                halving_pool(),
            ],
            [
                conv("Conv2d_3b_1x1", 80),
                conv("Conv2d_4a_3x3", 192, 3, padding="valid"),
                halving_pool(),
            ],
            [
                block_5("Mixed_5b", 32),
                block_5("Mixed_5c", 64),
                block_5("Mixed_5d", 64),
                block_6a("Mixed_6a"),
                block_6("Mixed_6b", 128),
                block_6("Mixed_6c", 160),
                block_6("Mixed_6d", 160),
                block_6("Mixed_6e", 192),
            ],
            [
                block_7a("Mixed_7a"),
                block_7("Mixed_7b", surrounding_mean()),
                block_7("Mixed_7c", surrounding_maximum()),  # a slip of 2015, part of the measure
            ],
        ]

    def call(self, image: Tensor) -> Tensor:
        return ops.mean(self.maps(preprocess(ops.cast(image, "float32")))[-1], axis=(1, 2))

    def maps(self, x: Tensor) -> list[Tensor]:
        """Maps of 64, 192, 768 and 2048 channels of a preprocessed image; their means are the
        features of other sizes that some report."""
        maps = []
        for layers in self.groups:
            for layer in layers:
                x = layer(x)
            maps.append(x)
        return maps
