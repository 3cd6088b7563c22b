"""Perceptual loss: distance of two images as an image classifier sees them."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from spade_tf.losses.reduction import mean_absolute_difference

Tensor = Any

# relu1_1 ... relu5_1: the deeper the map, the more it counts.
PERCEPTUAL_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)

# The image and relu1_2 ... relu5_2. Chen and Koltun divided each term by about its mean value
# during training, and let the last count ten times.
CRN_WEIGHTS = {
    "crn_256": (1.0, 1 / 1.6, 1 / 2.3, 1 / 1.8, 1 / 2.8, 10 / 0.8),  # Cityscapes, 256 rows
    "crn_gta": (1.0, 1 / 1.4, 1 / 1.8, 1 / 1.3, 1 / 2.2, 10 / 0.62),  # GTA, 256 rows
    "crn_512": (1.0, 1 / 2.6, 1 / 4.8, 1 / 3.7, 1 / 5.6, 10 / 1.5),  # Cityscapes, 512 and 1024
}

VGG_WEIGHTS = {"spade": PERCEPTUAL_WEIGHTS, **CRN_WEIGHTS}
"""Weights of the maps by `losses.vgg_maps`."""


def perceptual(
    fake_features: Sequence[Tensor],
    real_features: Sequence[Tensor],
    weights: Sequence[float] = PERCEPTUAL_WEIGHTS,
) -> Tensor:
    """Weighted L1 distance between two lists of feature maps, float32 `[batch]`.

    Johnson et al. 2016, arXiv:1603.08155, with the layers and weights of pix2pixHD and SPADE.
    No gradient reaches the real features.

    Args:
      fake_features: what `PerceptualNetwork` returns for the synthesised images: a list of maps
        `[batch, height, width, channels]`.
      real_features: the same for the photographs.
      weights: one weight for each map.
    """
    return sum(
        weight * mean_absolute_difference(fake, ops.stop_gradient(real))
        for weight, fake, real in zip(weights, fake_features, real_features, strict=True)
    )
