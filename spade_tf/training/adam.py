"""Adam with epsilon where the paper has it."""

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
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        rate = ops.cast(learning_rate, variable.dtype)
        gradient = ops.cast(gradient, variable.dtype)
        steps = ops.cast(self.iterations + 1, variable.dtype)
        mean = self._momentums[self._get_variable_index(variable)]
        square = self._velocities[self._get_variable_index(variable)]
        mean.assign(mean + (gradient - mean) * (1 - self.beta_1))
        square.assign(square + (ops.square(gradient) - square) * (1 - self.beta_2))
        corrected_mean = mean / (1 - ops.power(ops.cast(self.beta_1, variable.dtype), steps))
        corrected = square / (1 - ops.power(ops.cast(self.beta_2, variable.dtype), steps))
        variable.assign(variable - rate * corrected_mean / (ops.sqrt(corrected) + self.epsilon))
