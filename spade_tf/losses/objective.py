"""What the two players minimise: named terms, each already multiplied by its weight.

This is the only place where weights apply. Terms are per example, float32 `[batch]`; `total` and
`reported` turn them into numbers. A term whose weight is 0 is left out, and with it the need for
its inputs.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from keras import ops

from spade_tf.losses.adversarial import adversarial_loss
from spade_tf.losses.diversity import diversity
from spade_tf.losses.feature_matching import feature_matching
from spade_tf.losses.kl_divergence import kl_divergence
from spade_tf.losses.perceptual import PERCEPTUAL_WEIGHTS, perceptual

Tensor = Any
Features = Sequence[Sequence[Tensor]]
Terms = dict[str, Tensor]


@dataclasses.dataclass(frozen=True)
class GeneratorObjective:
    """The terms of the generator and of the style encoder, which learn together.

    The official code sums the KL over the examples of one GPU, where every other term is a mean.
    `kl_examples` is the number of examples which that sum runs over: the per-example KL is
    multiplied by it, so that after the division by the global batch the term equals `kl_weight`
    times the official sum. The global batch gives the official code on a single device; the batch
    of one replica gives the official code on several.

    Attributes:
      gan: name of the adversarial loss, see `ADVERSARIAL_LOSSES`; "none" leaves out the terms for
        which it takes a discriminator, `G_GAN` and `G_GAN_Feat`.
      feature_matching_weight: of `G_GAN_Feat`; 10 in the papers.
      vgg_weight: of `G_VGG`; 10 in the papers.
      vgg_map_weights: of each map in `G_VGG`.
      kl_weight: of `G_KLD`; 0.05 in the papers, 0 for a model without style.
      kl_examples: see above.
      convention: "spade" as above; "pix2pixhd" sums `G_GAN` over the scales and multiplies
        `G_GAN_Feat` by 4 / the feature maps of a scale, of which that paper has 4.
    """

    gan: str = "hinge"
    feature_matching_weight: float = 10.0
    vgg_weight: float = 10.0
    vgg_map_weights: Sequence[float] = PERCEPTUAL_WEIGHTS
    kl_weight: float = 0.0
    kl_examples: int = 1
    convention: str = "spade"

    def __call__(
        self,
        fake_features: Features | None = None,
        real_features: Features | None = None,
        *,
        perceptual_features: tuple[Sequence[Tensor], Sequence[Tensor]] | None = None,
        latent: tuple[Tensor, Tensor] | None = None,
        layout: Tensor | None = None,
    ) -> Terms:
        """Weighted terms `G_GAN`, `G_GAN_Feat`, `G_VGG`, `G_KLD`, float32 `[batch]` each.

        Args:
          fake_features: the discriminator's output for the synthesised images: a list over scales
            of lists of maps, logits last.
          real_features: the same for the photographs.
          perceptual_features: the perceptual network's maps of the synthesised images, and of the
            photographs.
          latent: the encoder's (mean, log_variance), `[batch, latent_dim]` each.
          layout: one-hot labels `[batch, height, width, num_labels]` if there are several images of
            each: the synthesised ones' perceptual maps are then `[batch, images, height, width,
            channels]`, and `G_VGG` is the diversity loss.

        Raises:
          ValueError: a weight is not 0 but the inputs of its term are missing.
        """
        terms: Terms = {}
        if self.gan != "none":
            fake_features = _given(fake_features, "fake_features", "gan", "none")
            terms |= self._adversarial_terms(fake_features, real_features)
        if self.vgg_weight:
            fake, real = _given(perceptual_features, "perceptual_features", "vgg_weight")
            if layout is None:
                distance = perceptual(fake, real, self.vgg_map_weights)
            else:
                distance = diversity(fake, real, layout, self.vgg_map_weights)
            terms["G_VGG"] = self.vgg_weight * distance
        if self.kl_weight:
            mean, log_variance = _given(latent, "latent", "kl_weight")
            divergence = kl_divergence(mean, log_variance)
            terms["G_KLD"] = self.kl_weight * self.kl_examples * divergence
        return terms

    def _adversarial_terms(self, fake_features: Features, real_features: Features | None) -> Terms:
        """`G_GAN` and `G_GAN_Feat`, the terms that take a discriminator."""
        terms = {"G_GAN": adversarial_loss(self.gan).generator(_logits(fake_features))}
        if self.convention == "pix2pixhd":
            terms["G_GAN"] *= len(fake_features)
        if self.feature_matching_weight:
            real_features = _given(real_features, "real_features", "feature_matching_weight")
            matching = feature_matching(fake_features, real_features)
            if self.convention == "pix2pixhd":
                matching *= 4 / (len(real_features[0]) - 1)
            terms["G_GAN_Feat"] = self.feature_matching_weight * matching
        return terms


@dataclasses.dataclass(frozen=True)
class DiscriminatorObjective:
    """The terms of the discriminator.

    Attributes:
      gan: name of the adversarial loss, see `ADVERSARIAL_LOSSES`.
      convention: "spade", the mean over the scales; "pix2pixhd", half of their sum.
    """

    gan: str = "hinge"
    convention: str = "spade"

    def __call__(self, fake_features: Features, real_features: Features) -> Terms:
        """Terms `D_Fake` and `D_Real`, float32 `[batch]` each, from the discriminator's outputs."""
        real, fake = adversarial_loss(self.gan).discriminator(
            _logits(real_features), _logits(fake_features)
        )
        weight = 0.5 * len(real_features) if self.convention == "pix2pixhd" else 1.0
        return {"D_Fake": weight * fake, "D_Real": weight * real}


def reported(terms: Mapping[str, Tensor], global_batch_size: int) -> Terms:
    """This replica's share of each term: the sum over its examples / `global_batch_size`.

    Dividing by the global batch, not by the replica's, makes the sum of the shares over all
    replicas the mean over the global batch. `tf.distribute` sums gradients over replicas, so these
    are then the gradients of that mean; values to be shown must be summed over replicas as well.
    """
    return {name: ops.sum(term) / global_batch_size for name, term in terms.items()}


def total(terms: Mapping[str, Tensor], global_batch_size: int) -> Tensor:
    """The scalar to differentiate on this replica: the sum of what `reported` returns."""
    return sum(reported(terms, global_batch_size).values())


def _logits(features: Features) -> list[Tensor]:
    return [scale[-1] for scale in features]


def _given(value: Any, name: str, key: str, off: str = "0") -> Any:
    if value is None:
        raise ValueError(f"{key} is not {off}, so the objective needs {name}; it got None")
    return value
