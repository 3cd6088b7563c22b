"""One training iteration: a generator step, then discriminator steps if there is a discriminator.

Runs in replica context.

Every function here sees one replica's part of the batch and is compiled as a whole by `Trainer`.
Losses are sums over the replica's examples divided by the GLOBAL batch, because the optimizers add
the gradients of all replicas: the sum is then the gradient of the mean over the global batch.
"""

from typing import Any

import tensorflow as tf

from spade_tf.config import Config
from spade_tf.losses import (
    VGG_WEIGHTS,
    DiscriminatorObjective,
    GeneratorObjective,
    reported,
    total,
)
from spade_tf.models.discriminator import split_fake_real
from spade_tf.models.encoder import reparameterize
from spade_tf.models.perceptual_network import PerceptualNetwork
from spade_tf.training.state import TrainingState

Batch = dict[str, tf.Tensor]


class Steps:
    """The two players' steps on a training state."""

    def __init__(
        self,
        config: Config,
        state: TrainingState,
        perceptual_network: PerceptualNetwork | None,
        global_batch_size: int,
    ):
        self.config = config
        self.state = state
        self.perceptual_network = perceptual_network
        self.global_batch_size = global_batch_size
        losses = config.losses
        self.generator_objective = GeneratorObjective(
            losses.gan,
            feature_matching_weight=losses.feature_matching_weight,
            vgg_weight=losses.vgg_weight if perceptual_network else 0.0,
            vgg_map_weights=VGG_WEIGHTS[config.vgg_maps],
            kl_weight=losses.kl_weight if state.encoder and not config.has_features else 0.0,
            kl_examples=losses.kl_examples or global_batch_size,
            convention=losses.convention,
        )
        self.discriminator_objective = DiscriminatorObjective(losses.gan, losses.convention)

    @property
    def term_names(self) -> list[str]:
        """Names of the terms of this config's objective, generator's first."""
        objective = self.generator_objective
        has_discriminator = self.state.discriminator is not None
        names = {
            "G_GAN": has_discriminator,
            "G_GAN_Feat": has_discriminator and objective.feature_matching_weight,
            "G_VGG": objective.vgg_weight,
            "G_KLD": objective.kl_weight,
            "D_Fake": has_discriminator,
            "D_Real": has_discriminator,
        }
        return [name for name, used in names.items() if used]

    def iteration(self, batches: list[Batch], step: tf.Tensor) -> dict[str, tf.Tensor]:
        """A generator step on the first batch and a discriminator step on each.

        Returns this replica's share of every weighted term; add them up over replicas.
        """
        terms, fake = self.generator_step(batches[0], step)
        if not self.state.discriminator:
            return terms
        for turn, batch in enumerate(batches, start=1):
            if turn > 1 or self.config.train.discriminator_fake == "fresh":
                fake = tf.stop_gradient(self._generate(batch, self._noise(step, turn))[0])
            terms |= self.discriminator_step(batch, fake)
        return terms

    def generator_step(
        self, batch: Batch, step: tf.Tensor
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Updates generator and encoder; returns the terms and the image they were computed on."""
        state = self.state
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in state.generator_variables])
            terms, fake = self.generator_terms(batch, step, tape)
            loss = total(terms, self.global_batch_size)
            loss = state.generator_optimizer.scale_loss(loss)
        self._update(tape, loss, state.generator_variables, state.generator_optimizer)
        taken = tf.cast(step + 1, tf.float32)
        # Early on the average forgets faster, so that it does not remember the random weights.
        decay = tf.minimum(self.config.train.ema_decay, taken / (taken + 10.0))
        state.average_generator(decay)
        return reported(terms, self.global_batch_size), tf.stop_gradient(fake)

    def generator_terms(
        self, batch: Batch, step: tf.Tensor, tape: tf.GradientTape
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """The weighted terms of a new image, `[batch]` each, and that image."""
        network: Any = self.perceptual_network
        discriminator: Any = self.state.discriminator
        fake, latent = self._generate(batch, self._noise(step, turn=0))
        fake_features: Any = None
        real_features: Any = None
        fake_maps: Any = network(fake) if network else None
        if discriminator:
            fake_features = discriminator({**batch, "image": fake}, training=True)
        # Photographs need no gradient, so the tape does not see them.
        with tape.stop_recording():
            real_maps: Any = network(batch["image"]) if network else None
            if discriminator:
                # Not training: the spectral vectors have just advanced, and once is enough.
                real_features = discriminator(batch, training=False)
        terms = self.generator_objective(
            fake_features,
            real_features,
            perceptual_features=(fake_maps, real_maps) if network else None,
            latent=latent,
        )
        return terms, fake

    def discriminator_step(self, batch: Batch, fake: tf.Tensor) -> dict[str, tf.Tensor]:
        """Updates the discriminator on generated and real images."""
        discriminator: Any = self.state.discriminator
        optimizer: Any = self.state.discriminator_optimizer
        variables = discriminator.trainable_variables
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in variables])
            terms = self.discriminator_terms(batch, fake)
            loss = optimizer.scale_loss(total(terms, self.global_batch_size))
        self._update(tape, loss, variables, optimizer)
        return reported(terms, self.global_batch_size)

    def discriminator_terms(self, batch: Batch, fake: tf.Tensor) -> dict[str, tf.Tensor]:
        """The discriminator's weighted terms of generated and real images, `[batch]` each."""
        discriminator: Any = self.state.discriminator
        both = tf.concat([fake, batch["image"]], axis=0)
        features = discriminator({**batch, "image": both}, training=True)
        return self.discriminator_objective(*split_fake_real(features))

    def _generate(
        self, batch: Batch, noise: tf.Tensor | None
    ) -> tuple[tf.Tensor, tuple[tf.Tensor, tf.Tensor] | None]:
        """The image, and the style's (mean, log_variance) if an encoder learns it."""
        inputs, latent = dict(batch), None
        if noise is not None:
            inputs["z"] = noise
        encoder: Any = self.state.encoder
        if self.config.has_features:
            inputs["features"] = encoder(batch, training=True)
        elif encoder:
            mean, log_variance = latent = encoder(batch["image"], training=True)
            inputs["z"] = reparameterize(mean, log_variance, noise)
        return self.state.generator(inputs, training=True), latent

    def _noise(self, step: tf.Tensor, turn: int) -> tf.Tensor | None:
        """Standard normal `[batch, latent_dim]`: this replica's rows of the global batch's noise.

        It follows from seed, step and turn alone, so resuming or another number of replicas draws
        the same.
        """
        if not self.config.model.latent_dim:
            return None
        turns = 1 + self.config.train.discriminator_steps
        seed = tf.stack([self.config.train.seed, tf.cast(step, tf.int32) * turns + turn])
        context = tf.distribute.get_replica_context()
        rows = self.global_batch_size // context.num_replicas_in_sync
        first = context.replica_id_in_sync_group * rows
        shape = (self.global_batch_size, self.config.model.latent_dim)
        return tf.random.stateless_normal(shape, seed)[first : first + rows]

    def _update(self, tape, loss, variables, optimizer) -> None:
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        optimizer.apply(gradients, variables)
