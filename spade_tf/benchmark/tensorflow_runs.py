"""Our networks as functions of a batch, ready to be timed."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from spade_tf.benchmark.cases import CONVOLUTIONS
from spade_tf.config import Config, replace
from spade_tf.errors import UserError
from spade_tf.models import build_generator
from spade_tf.training import Trainer

Batch = dict[str, np.ndarray]
Run = Callable[[Batch], Any]
"""Does a workload on a batch and returns once it is done: images, or a step's losses."""


def inference(config: Config, mode: str, weights: Sequence[np.ndarray] | None = None) -> Run:
    """From layouts to images [batch, height, width, 3] float32 in the host's memory.

    Args:
        config: the experiment of the case.
        mode: `eager`, `graph` or `xla`.
        weights: of the generator; fresh ones by default.
    """
    generator = build_generator(config)
    if weights is not None:
        generator.set_weights(weights)

    def paint(inputs: dict[str, tf.Tensor]) -> tf.Tensor:
        return generator(inputs, training=False)

    if mode != "eager":
        paint = tf.function(paint, jit_compile=mode == "xla")
    return lambda batch: paint({key: tf.constant(x) for key, x in batch.items()}).numpy()


def training(config: Config, mode: str) -> Run:
    """One full iteration of our trainer.

    Raises:
        UserError: eagerly, which the trainer does not run.
    """
    if mode == "eager":
        raise UserError("training steps are always compiled: graph or xla")
    return Trainer(config).train_step


def used_generator(config: Config, batch: Batch) -> keras.Model:
    """A float32 generator with running statistics and spectral vectors as after some training.

    Fresh ones would make images of no realistic size. SPADE's is by convolutions.

    Args:
        config: the experiment.
        batch: layouts to run it on.
    """
    config = replace(config, "train.precision", "float32")
    if config.model.norm == "spade":
        config = replace(config, "model.modulation", CONVOLUTIONS["model.modulation"])
    generator = build_generator(config)
    for _ in range(2):
        generator(batch, training=True)
    return generator


def prepare() -> None:
    """Takes memory of a GPU as it is needed, so that PyTorch finds some too.

    Silences the advice about tracing often, for every case is traced once.
    """
    tf.get_logger().setLevel("ERROR")
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
