"""Losses: pure functions returning one float32 number per example; weights only in `objective`."""

from spade_tf.losses.adversarial import ADVERSARIAL_LOSSES, AdversarialLoss, adversarial_loss
from spade_tf.losses.diversity import diversity
from spade_tf.losses.feature_matching import feature_matching
from spade_tf.losses.kl_divergence import kl_divergence
from spade_tf.losses.objective import (
    DiscriminatorObjective,
    GeneratorObjective,
    reported,
    total,
)
from spade_tf.losses.perceptual import VGG_WEIGHTS, perceptual

__all__ = [
    "ADVERSARIAL_LOSSES",
    "AdversarialLoss",
    "DiscriminatorObjective",
    "GeneratorObjective",
    "VGG_WEIGHTS",
    "adversarial_loss",
    "diversity",
    "feature_matching",
    "kl_divergence",
    "perceptual",
    "reported",
    "total",
]
