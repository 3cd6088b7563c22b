"""Feature matching: the discriminator must see the same things in the image and the photograph."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from spade_tf.losses.reduction import mean_absolute_difference

Tensor = Any


def feature_matching(
    fake_features: Sequence[Sequence[Tensor]], real_features: Sequence[Sequence[Tensor]]
) -> Tensor:
    """L1 distance between the discriminator's features of fake and real, float32 `[batch]`.

    Sum over layers of the mean absolute difference, mean over scales (pix2pixHD, Wang et al. 2018,
    arXiv:1711.11585, eq. 4; scales averaged as in SPADE). No gradient reaches the real features.

    Args:
      fake_features: what the discriminator returns for the synthesised images: a list over scales
        of lists of maps `[batch, height, width, channels]`, the logits last; logits are left out.
      real_features: the same for the photographs.
    """
    terms = [
        mean_absolute_difference(fake, ops.stop_gradient(real))
        for fake_scale, real_scale in zip(fake_features, real_features, strict=True)
        for fake, real in zip(fake_scale[:-1], real_scale[:-1], strict=True)
    ]
    return sum(terms) / len(fake_features)
