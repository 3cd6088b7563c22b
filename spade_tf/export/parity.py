"""How far an export's images are from those of the Keras model, on the same label maps."""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from spade_tf.data.position_map import position_map
from spade_tf.export.contract import DEFAULT, STYLE, ModelCard, signatures
from spade_tf.export.examples import example_inputs
from spade_tf.models import Generator
from spade_tf.pictures import to_uint8

ROWS = 2


def grey_levels_off(card: ModelCard, generator: Generator, version: pathlib.Path) -> float:
    """The largest difference of a pixel, of 0..255, between a SavedModel and its generator.

    Both paint a batch of procedural layouts, in the styles of random latents if they have any.
    """
    serve = tf.saved_model.load(str(version)).signatures
    paints = {signature.name: signature for signature in signatures(card)}
    signature = paints.get(STYLE, paints[DEFAULT])
    inputs = example_inputs(card, signature, ROWS)
    theirs = _call(serve[signature.name], inputs)["image"]
    return float(np.abs(keras_image(card, generator, inputs) - theirs.astype(int)).max())


def keras_image(
    card: ModelCard, generator: Generator, inputs: Mapping[str, np.ndarray]
) -> np.ndarray:
    """What the Keras model paints of a signature's inputs, [batch, height, width, 3], 0..255."""
    inputs = dict(inputs)
    if generator.has_positions:
        positions = [position_map(one, card.dont_care) for one in inputs["label_map"]]
        inputs["position_map"] = np.stack(positions)
    return to_uint8(generator(inputs, training=False)).astype(int)


def _call(function: Any, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    outputs = function(**{name: tf.constant(value) for name, value in inputs.items()})
    return {name: value.numpy() for name, value in outputs.items()}
