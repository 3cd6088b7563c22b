"""A training iteration in PyTorch: the generator's step, then the discriminator's."""

from collections.abc import Mapping

import torch
from torch.nn import functional

from spade_tf.benchmark.pytorch.discriminator import Discriminator
from spade_tf.benchmark.pytorch.generator import Generator
from spade_tf.config import Config
from spade_tf.errors import UserError

Batch = Mapping[str, torch.Tensor]
Terms = dict[str, torch.Tensor]


class Trainer:
    """Trains by hinge and feature matching loss with Adam, as our trainer does without VGG19.

    A fresh image is generated for the discriminator, and photographs get no gradient. Unlike ours
    it keeps no moving average of the generator.

    Attributes:
        generator, discriminator: the networks, ready for training.

    Args:
        config: an experiment; of its losses and schedule the parts named here are used.
        as_published: let the generator's step, as in the papers' code, give the discriminator fake
            and real images as one batch, gradients for both; and what `Generator` says.

    Raises:
        UserError: a config that asks for another adversarial loss.
    """

    def __init__(self, config: Config, as_published: bool = False):
        if config.losses.gan != "hinge":
            raise UserError(
                "the PyTorch step has the hinge loss only; add --config.losses.gan=hinge"
            )
        train, rate = config.train, config.train.learning_rate
        self.feature_matching_weight = config.losses.feature_matching_weight
        self.as_published = as_published
        self.generator = Generator(config, as_published)
        self.discriminator = Discriminator(config)
        adam = {"betas": (train.beta_1, train.beta_2), "eps": train.adam_epsilon}
        slower, faster = (0.5, 2.0) if train.ttur else (1.0, 1.0)
        self.generator_optimizer = torch.optim.Adam(
            self.generator.parameters(), lr=rate * slower, **adam
        )
        self.discriminator_optimizer = torch.optim.Adam(
            self.discriminator.parameters(), lr=rate * faster, **adam
        )

    def train_step(self, image: torch.Tensor, layout: Batch) -> Terms:
        """One iteration; returns the weighted terms by our names.

        Args:
            image: photographs [batch, 3, height, width], -1..1.
            layout: `label_map` and, if the config has instances, `instance_map`.
        """
        return {**self._generator_step(image, layout), **self._discriminator_step(image, layout)}

    def _generator_step(self, image: torch.Tensor, layout: Batch) -> Terms:
        fake_features, real_features = self._features_of_both(
            self.generator(**layout), image, layout
        )
        matching = [
            functional.l1_loss(fake, real)
            for fakes, reals in zip(fake_features, real_features, strict=True)
            for fake, real in zip(fakes[:-1], reals[:-1], strict=True)
        ]
        scales = len(fake_features)
        terms = {
            "G_GAN": sum(-features[-1].mean() for features in fake_features) / scales,
            "G_GAN_Feat": self.feature_matching_weight * sum(matching) / scales,
        }
        return _descend(self.generator_optimizer, terms)

    def _features_of_both(
        self, fake: torch.Tensor, image: torch.Tensor, layout: Batch
    ) -> tuple[list, list]:
        """The discriminator's features of generated and real images, for the generator's step."""
        if self.as_published:
            both = {name: torch.cat([x, x]) for name, x in layout.items()}
            features = self.discriminator(torch.cat([fake, image]), **both)
            halves = [[feature.chunk(2) for feature in scale] for scale in features]
            fakes = [[fake for fake, _ in scale] for scale in halves]
            return fakes, [[real.detach() for _, real in scale] for scale in halves]
        self.discriminator.requires_grad_(False)
        fakes = self.discriminator(fake, **layout)
        # In eval mode the spectral vectors stay: they have just advanced.
        self.discriminator.eval()
        with torch.no_grad():
            reals = self.discriminator(image, **layout)
        self.discriminator.train().requires_grad_(True)
        return fakes, reals

    def _discriminator_step(self, image: torch.Tensor, layout: Batch) -> Terms:
        with torch.no_grad():
            fake = self.generator(**layout)
        both = {name: torch.cat([x, x]) for name, x in layout.items()}
        features = self.discriminator(torch.cat([fake, image]), **both)
        logits = [scale[-1].chunk(2) for scale in features]
        terms = {
            "D_Fake": sum(functional.relu(1 + fake).mean() for fake, _ in logits) / len(logits),
            "D_Real": sum(functional.relu(1 - real).mean() for _, real in logits) / len(logits),
        }
        return _descend(self.discriminator_optimizer, terms)


def _descend(optimizer: torch.optim.Optimizer, terms: Terms) -> Terms:
    optimizer.zero_grad()
    sum(terms.values()).backward()
    optimizer.step()
    return {name: value.detach() for name, value in terms.items()}
