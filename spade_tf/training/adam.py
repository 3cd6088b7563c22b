"""Adam with epsilon where the paper has it, and gradients that several steps add up."""

from typing import Any

import keras
from keras import ops


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
        rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        index = self._get_variable_index(variable)
        is_update: Any = True
        if self.accumulation_steps > 1:
            total = self._sums[index] + gradient
            is_update = ops.equal((self.iterations + 1) % self.accumulation_steps, 0)
            self._sums[index].assign(ops.where(is_update, ops.zeros_like(total), total))
            gradient = total / self.accumulation_steps

        def change(target: Any, value: Any) -> None:
            target.assign(value if is_update is True else ops.where(is_update, value, target))

        updates = ops.cast(self.iterations // self.accumulation_steps + 1, variable.dtype)
        mean, square = self._momentums[index], self._velocities[index]
        new_mean = mean + (gradient - mean) * (1 - self.beta_1)
        new_square = square + (ops.square(gradient) - square) * (1 - self.beta_2)
        corrected_mean = new_mean / (1 - ops.power(ops.cast(self.beta_1, variable.dtype), updates))
        corrected = new_square / (1 - ops.power(ops.cast(self.beta_2, variable.dtype), updates))
        change(mean, new_mean)
        change(square, new_square)
        change(variable, variable - rate * corrected_mean / (ops.sqrt(corrected) + self.epsilon))

    def get_config(self) -> dict:
        return {**super().get_config(), "accumulation_steps": self.accumulation_steps}
