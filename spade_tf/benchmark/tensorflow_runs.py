"""Our networks as functions of a batch, ready to be timed."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from spade_tf.benchmark.cases import CONVOLUTIONS, Case
from spade_tf.config import Config, replace
from spade_tf.errors import UserError
from spade_tf.inference import InferenceGenerator
from spade_tf.models import build_generator
from spade_tf.training import Trainer

Batch = dict[str, np.ndarray]
Run = Callable[[Batch], Any]
"""Does a workload on a batch and returns once it is done: images, or a step's losses."""


def inference(case: Case, config: Config, generator: keras.Model | None = None) -> Run:
    """From layouts to images [batch, height, width, 3] float32 in the host's memory.

    Args:
        case: what to run.
        config: the case's.
        generator: whose weights to paint with; fresh ones by default.

    Raises:
        UserError: a precision that `InferenceGenerator` has not.
    """
    paint = (
        _layers(config, generator) if case.mode == "layers" else _folded(case, config, generator)
    )
    if case.mode != "eager":
        paint = tf.function(paint, jit_compile=case.mode == "xla")
    return lambda batch: paint({key: tf.constant(x) for key, x in batch.items()}).numpy()


def _layers(config: Config, generator: keras.Model | None) -> Callable:
    own = build_generator(config)
    if generator is not None:
        own.set_weights(generator.get_weights())
    return lambda inputs: own(inputs, training=False)


def _folded(case: Case, config: Config, generator: keras.Model | None) -> Callable:
    by_convolutions = config.model.modulation == "convolutions"
    return InferenceGenerator(
        generator or build_generator(config),
        precision=case.precision,
        modulation="convolutions" if by_convolutions else "neighbourhoods",
    )


def training(case: Case, config: Config) -> Run:
    """One full iteration of our trainer.

    Raises:
        UserError: a mode in which the trainer does not run.
    """
    if case.mode not in ("graph", "xla"):
        raise UserError("training has the modes graph and xla")
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
