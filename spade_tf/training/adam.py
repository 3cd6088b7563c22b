"""Adam with epsilon where the paper has it, and gradients that several steps add up."""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("spade_tf")
class Adam(keras.optimizers.Adam):
    """Adam as published, which is also PyTorch's.

    w -= rate * m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon), Kingma & Ba 2015,
    algorithm 1. `keras.optimizers.Adam` adds epsilon before v is corrected (the paper's "epsilon
    hat"), which at beta_2 0.9 makes it three times larger at the first step; weights whose
    gradients are about epsilon then go another way. Everything else is Keras'.

    Args:
      accumulation_steps: steps whose gradients' mean makes one update; t counts the updates. Unlike
        Keras' `gradient_accumulation_steps` it works on several replicas: Keras decides in a
        tf.cond, inside of which replicas cannot meet. Here they add up their gradients at every
        step, and what changes only with an update is otherwise assigned its own value.
      kwargs: of `keras.optimizers.Adam`.
    """

    def __init__(self, *args: Any, accumulation_steps: int = 1, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accumulation_steps = accumulation_steps

    def build(self, variables: list) -> None:
        if not self.built and self.accumulation_steps > 1:
            self._sums = self.add_optimizer_variables(variables, "gradient_accumulator")
        super().build(variables)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        index = self._get_variable_index(variable)
        rate, beta_1, beta_2 = (
            tf.cast(value, variable.dtype) for value in (learning_rate, self.beta_1, self.beta_2)
        )
        gradient = tf.cast(gradient, variable.dtype)
        updates = tf.cast(self.iterations // self.accumulation_steps + 1, variable.dtype)
        powers = beta_1**updates, beta_2**updates
        if self.accumulation_steps > 1:
            total = self._sums[index] + gradient
            is_update = tf.equal((self.iterations + 1) % self.accumulation_steps, 0)
            self._sums[index].assign(tf.where(is_update, tf.zeros_like(total), total))
            gradient = total / self.accumulation_steps
            # With these nothing changes.
            rate = tf.where(is_update, rate, 0.0)
            beta_1, beta_2 = (tf.where(is_update, beta, 1.0) for beta in (beta_1, beta_2))
        # One pass over memory, where arithmetic on tensors would take fourteen. The operation has
        # Keras' epsilon, which this turns into the paper's.
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=powers[0],
            beta2_power=powers[1],
            lr=rate,
            beta1=beta_1,
            beta2=beta_2,
            epsilon=self.epsilon * tf.sqrt(1 - powers[1]),
            grad=gradient,
        )

    def get_config(self) -> dict:
        return {**super().get_config(), "accumulation_steps": self.accumulation_steps}
