"""How strongly each term of the objective pulls: the norms of their gradients."""

from typing import Any

import keras
import tensorflow as tf

from spade_tf.losses import reported
from spade_tf.training.steps import Batch
from spade_tf.training.trainer import Trainer


class GradientNorms:
    """Measures a trainer's gradients term by term, and changes nothing in it.

    The norm of a term is that of its gradient, weighted as in the objective, with respect to what
    it trains: generator and encoder for `G_...`, discriminator for `D_...`; over the global batch,
    whatever the number of replicas. The discriminator sees the image that the generator's terms are
    computed on.
    """

    def __init__(self, trainer: Trainer):
        self.trainer = trainer
        self._measure = tf.function(self._over_replicas)

    def __call__(self, batch: Any) -> dict[str, float]:
        """The norms on one distributed batch."""
        return {name: float(norm) for name, norm in self._measure(batch).items()}

    def _over_replicas(self, batch: Any) -> dict[str, tf.Tensor]:
        strategy, state = self.trainer.strategy, self.trainer.state
        norms = strategy.run(self._on_replica, (batch, state.step.read_value()))
        # All replicas have the same.
        return {name: strategy.experimental_local_results(v)[0] for name, v in norms.items()}

    def _on_replica(self, batch: Batch, step: tf.Tensor) -> dict[str, tf.Tensor]:
        steps, state = self.trainer.steps, self.trainer.state
        # Inside of the scope, batch statistics and spectral vectors advance as in a step; what it
        # collects of that is dropped.
        with keras.StatelessScope():
            with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
                tape.watch([variable.value for variable in state.generator_variables])
                terms, fake = steps.generator_terms(batch, step, tape)
                losses = _scaled(terms, steps.global_batch_size, state.generator_optimizer)
            norms = _norms(tape, losses, state.generator_variables, state.generator_optimizer)
            del tape
            if not state.discriminator:
                return norms
            variables, optimizer = (
                state.discriminator.trainable_variables,
                state.discriminator_optimizer,
            )
            with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
                tape.watch([variable.value for variable in variables])
                terms = steps.discriminator_terms(batch, tf.stop_gradient(fake))
                losses = _scaled(terms, steps.global_batch_size, optimizer)
            return norms | _norms(tape, losses, variables, optimizer)


def _scaled(terms: Any, global_batch_size: int, optimizer: Any) -> dict[str, tf.Tensor]:
    """This replica's share of each term, times what keeps float16's gradients from vanishing."""
    shares = reported(terms, global_batch_size)
    return {name: optimizer.scale_loss(share) for name, share in shares.items()}


def _norms(
    tape: tf.GradientTape, losses: dict[str, tf.Tensor], variables: list, optimizer: Any
) -> dict[str, tf.Tensor]:
    """Norm of the gradient of each loss, summed over replicas."""
    context: Any = tf.distribute.get_replica_context()
    values = [variable.value for variable in variables]
    scale = optimizer.scale_loss(tf.constant(1.0))
    norms = {}
    for name, loss in losses.items():
        found = [gradient for gradient in tape.gradient(loss, values) if gradient is not None]
        dense = [tf.convert_to_tensor(gradient) for gradient in found]
        norms[name] = tf.linalg.global_norm(context.all_reduce("SUM", dense)) / scale
    return norms
