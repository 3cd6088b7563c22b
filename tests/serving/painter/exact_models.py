"""Models for the painter whose every picture can be worked out by hand; no weights, no training.

TensorFlow is imported only by `write_models`.
"""

import dataclasses
import json
import pathlib

import numpy as np

from spade_tf.export.contract import (
    ENCODE_STYLE,
    NOT_A_LABEL,
    ModelCard,
    Signature,
    on_device,
    painting,
    signatures,
)
from tests.serving import models

CARD = dataclasses.replace(
    models.CARD,
    name="exact",
    height=48,
    width=64,
    # As in data sets whose files count from 1 and say "unknown" by 255.
    label_of_file_id=(NOT_A_LABEL, 0, 1, 2, 3) + (NOT_A_LABEL,) * 250 + (4,),
    latent_dim=3,
    style_size=(12, 16),
)
"""Paints the colours of labels, shifted by the style; reads the mean colour of a photograph."""

INSTANCES = dataclasses.replace(
    CARD, name="instances", has_instances=True, latent_dim=0, style_size=None
)
"""Reads an instance map, and has no style."""


def paint(card: ModelCard, label_map: np.ndarray, z: np.ndarray | None = None) -> np.ndarray:
    """The picture of a model of `write_models`, uint8 [height, width, 3].

    A channel is that of the label's colour, plus 40 times a number of the style, plus 9 times the
    instance, cut to 0..255. The painter takes labels as instances.
    """
    colors = np.array([label.color for label in card.labels], np.float32)
    value = colors[label_map]
    if z is not None:
        value = value + 40 * z
    if card.has_instances:
        value = value + 9 * label_map[..., None]
    return np.clip(np.rint(value), 0, 255).astype(np.uint8)


def write_models(folder: pathlib.Path) -> None:
    """Writes the models `exact`, with its style encoder `exact_style`, and `instances`."""
    import tensorflow as tf

    class Module(tf.Module):
        """A module of a function, as `convert` wants it."""

        def __init__(self, function):
            super().__init__()
            self.function = function

        def __call__(self, **inputs):
            return self.function(**inputs)

    def painter(card):
        def function(label_map, instance_map=None, z=None):
            colors = tf.constant([label.color for label in card.labels], tf.float32)
            pixels = tf.gather(colors, tf.reshape(label_map, [-1]))
            value = tf.reshape(pixels, (1, card.height, card.width, 3))
            if z is not None:
                value += 40 * z[:, None, None, :]
            if instance_map is not None:
                value += 9 * tf.cast(instance_map, tf.float32)[..., None]
            return {"image": tf.cast(tf.clip_by_value(tf.round(value), 0, 255), tf.uint8)}

        return Module(function)

    def encode_style(image):
        mean = tf.reduce_mean(tf.cast(image, tf.float32), (1, 2)) / 255
        return {"mean": mean, "log_variance": 0 * mean - 2}

    for card in (CARD, INSTANCES):
        _write(folder / f"{card.name}.tflite", painter(card), card, on_device(painting(card)))
    (encoding,) = (on_device(x) for x in signatures(CARD) if x.name == ENCODE_STYLE)
    _write(folder / f"{CARD.name}_style.tflite", Module(encode_style), CARD, encoding)


def _write(path: pathlib.Path, module: object, card: ModelCard, signature: Signature) -> None:
    from spade_tf.export.tflite import convert

    path.write_bytes(convert(module, signature, ["float32"])["float32"])
    sidecar = {
        **json.loads(card.to_json()),
        "file": path.name,
        "signature": dataclasses.asdict(signature),
    }
    path.with_suffix(".json").write_text(json.dumps(sidecar))
