"""A workdir as training leaves it, without the minutes of training."""

import pathlib
from typing import Any

import keras

from spade_tf.training.checkpoints import Checkpoints
from spade_tf.training.state import TrainingState
from spade_tf.training.workdir import Workdir
from tests.tiny_config import tiny_config


def tiny_workdir(path: pathlib.Path, values: dict[str, Any] | None = None) -> TrainingState:
    """Saves a tiny model and returns its state.

    The averaged generator has weights of its own, large enough to see what they paint.
    """
    config = tiny_config(values)
    workdir = Workdir(path)
    state = TrainingState(config)
    seeds = keras.random.SeedGenerator(1)
    for variable in state.ema_generator.trainable_variables:
        variable.assign(keras.random.normal(variable.shape, stddev=0.3, seed=seeds))
    workdir.describe(config)
    Checkpoints(workdir, state, 1).save()
    return state
