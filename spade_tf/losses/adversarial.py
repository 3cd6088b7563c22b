"""Adversarial losses on patch logits: hinge, least squares, original (BCE) and Wasserstein.

Every loss has the same two functions:

    generator(fake_logits)                  -> terms               float32 [batch]
    discriminator(real_logits, fake_logits) -> real_terms, fake_terms

Logits are lists over the discriminator's scales of maps `[batch, height, width, 1]` (any shape that
starts with the batch will do). A term is the mean over an example's patches, then over the scales,
so that a scale counts the same whatever its number of patches. The discriminator's real and fake
terms are summed, not averaged, as in SPADE (Park et al. 2019, arXiv:1903.07291).
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

from spade_tf.errors import UserError
from spade_tf.losses.reduction import mean_per_example

Tensor = Any


@dataclasses.dataclass(frozen=True)
class AdversarialLoss:
    """A loss given by three functions of a single logit, applied element by element.

    Attributes:
      name: what the config calls it.
      discriminator_real: the discriminator's loss on a logit of a photograph.
      discriminator_fake: the discriminator's loss on a logit of a synthesised image.
      generator_fake: the generator's loss on a logit of a synthesised image.
    """

    name: str
    discriminator_real: Callable[[Tensor], Tensor]
    discriminator_fake: Callable[[Tensor], Tensor]
    generator_fake: Callable[[Tensor], Tensor]

    def generator(self, fake_logits: Sequence[Tensor]) -> Tensor:
        """What the generator minimises, float32 `[batch]`."""
        return _mean_over_scales(self.generator_fake, fake_logits)

    def discriminator(
        self, real_logits: Sequence[Tensor], fake_logits: Sequence[Tensor]
    ) -> tuple[Tensor, Tensor]:
        """What the discriminator minimises: the real and the fake term, float32 `[batch]` each."""
        return (
            _mean_over_scales(self.discriminator_real, real_logits),
            _mean_over_scales(self.discriminator_fake, fake_logits),
        )


def _mean_over_scales(loss: Callable[[Tensor], Tensor], logits: Sequence[Tensor]) -> Tensor:
    # float32 before the loss: squares and exponentials of float16 logits overflow.
    scales = [mean_per_example(loss(ops.cast(scale, "float32"))) for scale in logits]
    return sum(scales) / len(scales)


# Lim & Ye 2017, arXiv:1705.02894, eq. 5; the generator has no margin.
HINGE = AdversarialLoss(
    "hinge",
    discriminator_real=lambda logit: ops.relu(1.0 - logit),
    discriminator_fake=lambda logit: ops.relu(1.0 + logit),
    generator_fake=lambda logit: -logit,
)

# Mao et al. 2017, arXiv:1611.04076, eq. 9 with targets 1 and 0, without its factor 1/2.
LEAST_SQUARES = AdversarialLoss(
    "least_squares",
    discriminator_real=lambda logit: ops.square(logit - 1.0),
    discriminator_fake=ops.square,
    generator_fake=lambda logit: ops.square(logit - 1.0),
)

# Goodfellow et al. 2014, arXiv:1406.2661, with the non-saturating generator of its section 3:
# -log sigmoid(x) = softplus(-x) and -log(1 - sigmoid(x)) = softplus(x).
ORIGINAL = AdversarialLoss(
    "original",
    discriminator_real=lambda logit: ops.softplus(-logit),
    discriminator_fake=ops.softplus,
    generator_fake=lambda logit: ops.softplus(-logit),
)

# Arjovsky et al. 2017, arXiv:1701.07875, eq. 3; bounding the slope is left to spectral norm.
WASSERSTEIN = AdversarialLoss(
    "wasserstein",
    discriminator_real=lambda logit: -logit,
    discriminator_fake=lambda logit: logit,
    generator_fake=lambda logit: -logit,
)

# `ls` and `w` are the names on the command line of the official code.
ADVERSARIAL_LOSSES: dict[str, AdversarialLoss] = {
    "hinge": HINGE,
    "least_squares": LEAST_SQUARES,
    "ls": LEAST_SQUARES,
    "original": ORIGINAL,
    "wasserstein": WASSERSTEIN,
    "w": WASSERSTEIN,
}


def adversarial_loss(name: str) -> AdversarialLoss:
    """The loss of that name. Raises `UserError` naming the known ones."""
    if name not in ADVERSARIAL_LOSSES:
        known = ", ".join(ADVERSARIAL_LOSSES)
        raise UserError(f"losses.gan: unknown adversarial loss {name!r}; write one of: {known}")
    return ADVERSARIAL_LOSSES[name]
