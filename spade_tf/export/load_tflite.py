"""A .tflite file as the commands use a trained generator."""

import json
import os
import pathlib
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from spade_tf.config import Config, from_json
from spade_tf.errors import UserError
from spade_tf.export.contract import ModelCard


def load_tflite(path: pathlib.Path) -> tuple[Config, Callable, None]:
    """Config and generator of a file, as `load_generator` of a workdir; it has no encoder.

    The generator is called as a `Generator` with batches of any size; the file paints one image at
    a time.

    Raises:
        UserError: no .json beside it, or a file that no interpreter runs.
    """
    sidecar = path.with_suffix(".json")
    try:
        card = ModelCard.read(sidecar)
    except ValueError as error:
        raise UserError(f"{error}; spade_tf.export_model writes it beside the .tflite") from error
    config = from_json(json.dumps(card.config), str(sidecar))
    try:
        interpreter = Interpreter(model_path=str(path), num_threads=os.cpu_count())
        (name,) = interpreter.get_signature_list()
        runner = interpreter.get_signature_runner(name)
    except (ValueError, RuntimeError) as error:
        raise UserError(f"{path} cannot be loaded: {str(error).splitlines()[0]}") from error
    types = {key: detail["dtype"] for key, detail in runner.get_input_details().items()}

    def paint(*values: np.ndarray) -> np.ndarray:
        rows = zip(*values, strict=True)
        images = [
            runner(
                **{
                    key: np.asarray(value, types[key])[np.newaxis]
                    for key, value in zip(types, row, strict=True)
                }
            )["image"]
            for row in rows
        ]
        return np.concatenate(images).astype(np.float32) / 127.5 - 1.0

    def generator(inputs: dict[str, Any], training: bool = False) -> tf.Tensor:
        image = tf.numpy_function(paint, [inputs[key] for key in types], tf.float32)
        return tf.ensure_shape(image, [None, card.height, card.width, 3])

    return config, generator, None
