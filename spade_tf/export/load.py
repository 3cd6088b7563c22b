"""A SavedModel as the commands use a trained generator."""

import dataclasses
import json
import pathlib
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from spade_tf.config import Config, from_json
from spade_tf.errors import UserError
from spade_tf.export.contract import CARD, ENCODE_STYLE, ModelCard, painting
from spade_tf.export.saved_model import PALETTE


def is_saved_model(folder: pathlib.Path) -> bool:
    """Whether a folder is a version that `export_saved_model` wrote."""
    return (folder / "saved_model.pb").is_file()


def load_saved_model(folder: pathlib.Path) -> tuple[Config, Callable, Callable | None]:
    """Config, generator and encoder or None of a version folder, as `load_generator` of a workdir.

    The generator is called as a `Generator`, of the size that was exported; the encoder with images
    of any size.

    Raises:
        UserError: no model card, or a SavedModel that does not load.
    """
    try:
        card = ModelCard.read(folder)
    except ValueError as error:
        raise UserError(
            f"{error}; only versions that spade_tf.export_model wrote can be painted with"
        ) from error
    config = from_json(json.dumps(card.config), str(folder / CARD))
    if config.data.palette:
        data = dataclasses.replace(config.data, palette=str(folder / PALETTE))
        config = dataclasses.replace(config, data=data)
    try:
        model = tf.saved_model.load(str(folder))
    except (OSError, ValueError, tf.errors.OpError) as error:
        raise UserError(f"{folder} cannot be loaded: {str(error).splitlines()[0]}") from error
    signature = painting(card)

    # These hold the model itself: its variables go when nothing else refers to it.
    def generator(inputs: dict[str, Any], training: bool = False) -> tf.Tensor:
        given = {tensor.name: inputs[tensor.name] for tensor in signature.inputs}
        return _to_float(model.signatures[signature.name](**given)["image"])

    if not card.style_size:
        return config, generator, None
    size = card.style_size

    def encoder(image: Any, training: bool = False) -> tuple[tf.Tensor, tf.Tensor]:
        grey = (tf.image.resize(image, size) + 1.0) * 127.5
        style = model.signatures[ENCODE_STYLE](image=tf.saturate_cast(tf.round(grey), tf.uint8))
        return style["mean"], style["log_variance"]

    return config, generator, encoder


def _to_float(image: tf.Tensor) -> tf.Tensor:
    """Images of uint8 0..255 as float32 -1..1."""
    return tf.cast(image, tf.float32) / 127.5 - 1.0
