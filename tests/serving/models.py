"""Tiny SavedModels that follow spade_tf/export/contract.py; every image can be worked out by hand.

TensorFlow is imported only by `write_version`: tests of clients do without.
"""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from spade_tf import files
from spade_tf.export import contract
from spade_tf.export.contract import Label, ModelCard

_LABEL_OF_FILE_ID = tuple(range(5)) + (contract.NOT_A_LABEL,) * 250 + (4,)

CARD = ModelCard(
    name="tiny",
    height=8,
    width=12,
    labels=(
        Label(0, "sky", (70, 130, 180)),
        Label(1, "sea", (0, 60, 120)),
        Label(2, "grass", (60, 160, 40)),
        Label(3, "rock", (120, 110, 100)),
        Label(4, "unknown", (0, 0, 0)),
    ),
    dont_care=4,
    label_of_file_id=_LABEL_OF_FILE_ID,
    has_instances=False,
    latent_dim=0,
    style_size=None,
    licence="Apache-2.0",
    source="made by a test",
    config={},
    checkpoint=100,
    metrics={},
    parity={},
)
"""The plainest: label maps to images."""

STYLED = dataclasses.replace(
    CARD, name="styled", has_instances=True, latent_dim=3, style_size=(4, 6)
)
"""With instances, and with a style that is drawn by a seed, given, or read off a photograph."""


def paint(inputs: Mapping[str, Any], shift: int = 0) -> np.ndarray:
    """The image of a model of `write_version`, [batch, height, width, 3] uint8.

    Channel c is (17 * label + 3 * instance + seed + sum of z + shift + c) modulo 256, with the sum
    rounded first.
    """
    value = 17 * np.asarray(inputs["label_map"], np.int64) + shift
    if "instance_map" in inputs:
        value += 3 * np.asarray(inputs["instance_map"], np.int64)
    if "seed" in inputs:
        value += np.asarray(inputs["seed"], np.int64)[:, None, None]
    if "z" in inputs:
        value += np.rint(np.sum(inputs["z"], -1)).astype(np.int64)[:, None, None]
    return ((value[..., None] + np.arange(3)) % 256).astype(np.uint8)


def encode_style(image: np.ndarray, latent_dim: int) -> dict[str, np.ndarray]:
    """What `encode_style` answers: number k is the mean grey level + k, and -k."""
    grey = np.mean(image, (1, 2, 3), dtype=np.float32)
    k = np.arange(latent_dim, dtype=np.float32)
    return {"mean": grey[:, None] + k, "log_variance": 0 * grey[:, None] - k}


def write_version(
    base: pathlib.Path, version: int, *, card: ModelCard, shift: int = 0, work: int = 0
) -> pathlib.Path:
    """Publishes a version: a SavedModel in `base`/`version`, written beside and renamed.

    Args:
      base: base path of the model.
      version: its number, the folder's name.
      card: what the model reads; its signatures are those of the contract.
      shift: is added to every pixel, so that versions can be told apart.
      work: how long a call of a painting signature takes: products of 256 x 256 matrices, about
        a millisecond each.
    """
    path = base / str(version)
    with files.folder_beside(path) as partial:
        _save(partial, card, shift, work)
        (partial / contract.CARD).parent.mkdir(exist_ok=True)
        (partial / contract.CARD).write_text(card.to_json(), encoding="utf-8")
    return path


def _save(folder: pathlib.Path, card: ModelCard, shift: int, work: int) -> None:
    import tensorflow as tf

    module = tf.Module()
    module.shift = tf.Variable(shift, dtype=tf.int64)  # as weights are: read back from a file
    functions: dict[str, Callable[..., Any]] = {
        contract.DEFAULT: lambda **inputs: {"image": _paint(module, card, work, inputs)},
        contract.STYLE: lambda **inputs: {"image": _paint(module, card, work, inputs)},
        contract.PNG: lambda label_png_bytes: {
            "image_bytes": _paint_png(module, card, work, label_png_bytes)
        },
        contract.ENCODE_STYLE: lambda image: _encode_style(card, image),
    }
    tf.saved_model.save(
        module,
        str(folder),
        signatures={
            signature.name: _concrete(functions[signature.name], signature)
            for signature in contract.signatures(card)
        },
    )


def _concrete(function: Callable[..., Any], signature: contract.Signature) -> Any:
    """`function` as a graph; its guards hold where neither server nor session look at shapes."""
    import tensorflow as tf

    def guarded(**inputs: Any) -> Any:
        first = signature.inputs[0].name
        for tensor in signature.inputs:
            value = tf.ensure_shape(inputs[tensor.name], tensor.shape)
            same = tf.debugging.assert_equal(
                tf.shape(value)[0],
                tf.shape(inputs[first])[0],
                message=f"{tensor.name} and {first} must have the same number of rows",
            )
            with tf.control_dependencies([same]):
                inputs[tensor.name] = tf.identity(value)
        return function(**inputs)

    specs = {t.name: tf.TensorSpec(t.shape, t.dtype, name=t.name) for t in signature.inputs}
    return tf.function(guarded, autograph=False).get_concrete_function(**specs)


def _paint(module: Any, card: ModelCard, work: int, inputs: Mapping[str, Any]) -> Any:
    import tensorflow as tf

    label_map, last = inputs["label_map"], len(card.labels) - 1
    message = f"label_map must hold labels 0..{last}"
    guards = [
        tf.debugging.assert_non_negative(label_map, message=message),
        tf.debugging.assert_less_equal(label_map, last, message=message),
    ]
    with tf.control_dependencies([*guards, _work(work)]):
        value = 17 * tf.cast(label_map, tf.int64) + module.shift
    if "instance_map" in inputs:
        value += 3 * tf.cast(inputs["instance_map"], tf.int64)
    if "seed" in inputs:
        value += inputs["seed"][:, tf.newaxis, tf.newaxis]
    if "z" in inputs:
        z = tf.cast(tf.round(tf.reduce_sum(inputs["z"], -1)), tf.int64)
        value += z[:, tf.newaxis, tf.newaxis]
    channels = tf.range(3, dtype=tf.int64)
    return tf.cast(tf.math.floormod(value[..., tf.newaxis] + channels, 256), tf.uint8)


def _work(products: int) -> Any:
    """An operation that takes its time."""
    import tensorflow as tf

    matrix = tf.random.stateless_uniform((256, 256), (1, 2), maxval=1 / 256)
    _, product = tf.while_loop(
        lambda i, _: i < products, lambda i, x: (i + 1, tf.matmul(x, matrix)), (0, matrix)
    )
    return product


def _paint_png(module: Any, card: ModelCard, work: int, label_png_bytes: Any) -> Any:
    """Label files to image files; style 0, and the labels as instances."""
    import tensorflow as tf

    size = (card.height, card.width)

    def decode(content: Any) -> Any:
        return tf.ensure_shape(tf.io.decode_png(content, channels=1), (*size, 1))[..., 0]

    file_ids = tf.map_fn(decode, label_png_bytes, fn_output_signature=tf.uint8)
    file_ids = tf.ensure_shape(file_ids, (None, *size))
    label_map = tf.gather(tf.constant(card.label_of_file_id, tf.int32), tf.cast(file_ids, tf.int32))
    inputs = {"label_map": label_map}
    if card.has_instances:
        inputs["instance_map"] = label_map
    image = _paint(module, card, work, inputs)
    return tf.map_fn(tf.io.encode_png, image, fn_output_signature=tf.string)


def _encode_style(card: ModelCard, image: Any) -> Any:
    import tensorflow as tf

    grey = tf.reduce_mean(tf.cast(image, tf.float32), (1, 2, 3))[:, tf.newaxis]
    k = tf.range(card.latent_dim, dtype=tf.float32)
    return {"mean": grey + k, "log_variance": 0 * grey - k}
