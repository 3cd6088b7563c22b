"""The trainer: a training state on its devices, and the compiled functions that advance it."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from absl import logging

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.models.perceptual_network import (
    CRN_MAPS,
    PerceptualNetwork,
    build_perceptual_network,
    load_perceptual_weights,
)
from spade_tf.training.crn_steps import CRNSteps
from spade_tf.training.schedules import linear_decay
from spade_tf.training.sims_steps import SIMSSteps
from spade_tf.training.state import TrainingState, discriminator_rate, generator_rate
from spade_tf.training.steps import Steps
from spade_tf.training.stopwatch import Timing, next_batches, timing_until_now
from spade_tf.training.strategy import device_kind, make_strategy

IMAGES_PER_DEVICE = {"GPU": 4, "CPU": 1}
"""Batch of one device when `train.batch_size` is 0: the papers' 32 on their 8 GPUs; on a CPU, where
nobody trains for days, the official code's default of 1."""

STEPS: dict[str, type[Steps]] = {"crn": CRNSteps, "sims": SIMSSteps}
"""Of the kinds of model whose steps are their own."""


def global_batch_size(config: Config, strategy: tf.distribute.Strategy) -> int:
    """Images per step over all devices.

    Raises:
      UserError: they do not divide over the devices.
    """
    replicas = strategy.num_replicas_in_sync
    size = config.train.batch_size or IMAGES_PER_DEVICE[device_kind(strategy)] * replicas
    if size % replicas:
        raise UserError(
            f"train.batch_size is {size}, which {replicas} devices cannot share equally; write a "
            f"multiple of {replicas}, or train.strategy=one"
        )
    return size


class Trainer:
    """Owns the networks and trains them; needs no data to be made.

    Args:
      config: the experiment.
      images_per_epoch: size of the training set; needed only for a schedule by epochs.
      strategy: where to train; by default what `train.strategy` names.

    Raises:
      UserError: the batch does not divide over the devices, or weights cannot be had.
    """

    def __init__(
        self,
        config: Config,
        images_per_epoch: int | None = None,
        strategy: tf.distribute.Strategy | None = None,
    ):
        self.config = config
        self.images_per_epoch = images_per_epoch
        self.strategy = strategy or make_strategy(config.train.strategy)
        self.batch_size = global_batch_size(config, self.strategy)
        if config.train.jit_compile and self.strategy.num_replicas_in_sync > 1:
            raise UserError("train.jit_compile works on one device; add train.strategy=one")
        with self.strategy.scope():
            self.state = TrainingState(config)
            steps = STEPS.get(config.model.kind, Steps)
            self.steps = steps(config, self.state, self._perceptual_network(), self.batch_size)
        self.timing = Timing()
        """Of the last call of `run`."""
        self._iteration = tf.function(self.steps.iteration, jit_compile=config.train.jit_compile)
        self._run = tf.function(self._run_steps)
        self._train_once = tf.function(self._train_on)
        self._synthesize = tf.function(self.state.ema_generator)

    @property
    def generator(self):
        """The generator being trained."""
        return self.state.generator

    @property
    def discriminator(self):
        """The discriminator being trained, or None with `losses.gan=none`."""
        return self.state.discriminator

    @property
    def encoder(self):
        """The style encoder being trained, or None."""
        return self.state.encoder

    @property
    def steps_done(self) -> int:
        """Iterations so far, of earlier starts among them."""
        return int(self.state.step.numpy())

    @property
    def images_seen(self) -> int:
        """Position in the endless stream of training images."""
        return int(self.state.images_seen.numpy())

    def train_step(self, batch: Mapping[str, np.ndarray]) -> dict[str, float]:
        """One full iteration on a global batch: a generator step, then the discriminator's.

        Args:
          batch: `label_map`, `image` [, `instance_map`, `position_map`] as in `spade_tf.data`.

        Returns: the weighted terms `G_GAN`, `G_GAN_Feat`, `G_VGG`, `G_KLD`, `D_Fake`, `D_Real`
        (those that the config has), means over the global batch.
        """
        size = len(batch["label_map"])
        if size != self.batch_size:
            raise UserError(
                f"the batch has {size} examples, expected train.batch_size={self.batch_size}"
            )
        self.set_learning_rates()
        share = size // self.strategy.num_replicas_in_sync

        def part(context: Any) -> dict[str, tf.Tensor]:
            first = context.replica_id_in_sync_group * share
            return {key: tf.constant(value[first : first + share]) for key, value in batch.items()}

        distributed = self.strategy.experimental_distribute_values_from_function(part)
        terms = self._train_once(distributed)
        return {name: float(value) for name, value in terms.items()}

    def run(self, iterator: Iterator, steps: int) -> dict[str, np.ndarray]:
        """`steps` iterations in one call of the compiled function; each term as `[steps]`.

        `timing` then says how long they took.
        """
        self.set_learning_rates()
        terms, clock = self._run(iterator, tf.constant(steps))
        values = {name: values.numpy() for name, values in terms.items()}
        self.timing = timing_until_now(clock)
        return values

    def synthesize(self, inputs: Mapping[str, Any]) -> tf.Tensor:
        """Images `[batch, height, width, 3]`, -1..1, of the averaged generator."""
        self.state.copy_statistics()
        return self._synthesize(dict(inputs), training=False)

    def set_learning_rates(self) -> None:
        """Sets both optimizers' rates for the epoch that `images_seen` lies in."""
        train = self.config.train
        factor = 1.0
        if train.decay_epochs and self.images_per_epoch:
            epoch = int(self.state.images_seen.numpy()) // self.images_per_epoch
            factor = linear_decay(epoch, train.epochs, train.decay_epochs)
        for optimizer, rate in (
            (self.state.generator_optimizer, generator_rate(self.config)),
            (self.state.discriminator_optimizer, discriminator_rate(self.config)),
        ):
            if optimizer:
                optimizer.learning_rate = rate * factor

    def _run_steps(
        self, iterator: Iterator, steps: tf.Tensor
    ) -> tuple[dict[str, tf.Tensor], tf.Tensor]:
        """Cross-replica context, traced: the loop over steps stays inside one compiled call."""
        history = {name: tf.TensorArray(tf.float32, steps) for name in self.term_names}
        start, waiting = tf.timestamp(), tf.constant(0.0, tf.float64)
        last = tf.constant(0.0)
        for index in tf.range(steps):
            count = self.config.train.discriminator_steps
            batches, waited = next_batches(iterator, count, last)
            waiting += waited
            terms = self._advance(batches)
            last = terms[self.term_names[0]]
            history = {name: array.write(index, terms[name]) for name, array in history.items()}
        return {name: array.stack() for name, array in history.items()}, tf.stack([start, waiting])

    def _train_on(self, batch: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return self._advance([batch] * self.config.train.discriminator_steps)

    def _advance(self, batches: list) -> dict[str, tf.Tensor]:
        """Cross-replica context: one iteration on every replica, terms summed over replicas."""
        state = self.state
        shares = self.strategy.run(self._iteration, (batches, state.step.read_value()))
        state.step.assign_add(1)
        state.images_seen.assign_add(self.batch_size * len(batches))
        return {
            name: self.strategy.reduce(tf.distribute.ReduceOp.SUM, value, axis=None)
            for name, value in shares.items()
        }

    @property
    def term_names(self) -> list[str]:
        """Names of the terms of this config's objective, generator's first."""
        return self.steps.term_names

    def _perceptual_network(self) -> PerceptualNetwork | None:
        losses = self.config.losses
        if not losses.vgg_weight:
            return None
        options: dict[str, Any] = {}
        if self.config.vgg_maps != "spade":
            options = {"maps": CRN_MAPS, "pooling": "average"}
        network = build_perceptual_network(seed=self.config.train.seed, **options)
        is_only_term = self.discriminator is None and self.config.model.kind != "sims"
        try:
            if losses.vgg_weights == "auto":
                load_perceptual_weights(network, "imagenet")
            elif losses.vgg_weights != "none":
                load_perceptual_weights(network, losses.vgg_weights)
            elif is_only_term:
                logging.warning(
                    "losses.vgg_weights=none: a VGG19 of RANDOM weights is all that this model "
                    "learns from; expect far worse images than published"
                )
        except UserError as error:
            if is_only_term:
                raise UserError(
                    f"{error}. With losses.gan=none no other term would be left: give a weight "
                    "file, or losses.vgg_weights=none to learn from random weights"
                ) from error
            if losses.vgg_weights != "auto":
                raise
            logging.warning("training WITHOUT the perceptual loss (G_VGG): %s", error)
            return None
        return network
