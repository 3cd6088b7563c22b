import json
import pathlib
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.export import tflite
from spade_tf.export.contract import ENCODE_STYLE, ModelCard, on_device, painting, signatures
from spade_tf.export.examples import example_inputs
from spade_tf.export.parity import keras_image
from spade_tf.export.tflite import (
    check_operations,
    check_size,
    convert,
    operations,
    run,
)
from spade_tf.training.checkpoints import load_generator
from spade_tf.training.workdir import Workdir
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow

MODELS = {
    "spade": {"data.has_instances": True, "model.latent_dim": 3},
    "clade_icpe": {"model.norm": "clade_icpe", "data.has_instances": True},
}
FILES = {"spade": list(tflite.VARIANTS), "clade_icpe": ["float32"]}
"""What is made of each; every file takes seconds. The demo's test makes all of a CLADE."""


class Exported(NamedTuple):
    variants: list[str]
    generator: keras.Model
    encoder: keras.Model | None
    folder: pathlib.Path  # of the files


@pytest.fixture(scope="module", params=MODELS)
def exported(request, tmp_path_factory):
    """A workdir's networks, and the folder of the files made of it."""
    folder, variants = tmp_path_factory.mktemp(request.param), FILES[request.param]
    tiny_workdir(folder / "run", MODELS[request.param])
    workdir = Workdir(folder / "run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tflite, "VARIANTS", {name: tflite.VARIANTS[name] for name in variants})
        tflite.export_tflite(workdir, folder / "base")
    _, generator, encoder = load_generator(workdir)
    return Exported(variants, generator, encoder, folder / "base" / "tflite")


def test_every_file_has_its_card(exported):
    variants, _, encoder, folder = exported
    names = {path.name for path in folder.glob("*.tflite")}
    style = {"tiny_style.tflite"} if encoder else set()
    assert names == {f"tiny_{variant}.tflite" for variant in variants} | style
    for name in names:
        path = (folder / name).with_suffix(".json")
        sidecar = json.loads(path.read_text(), parse_constant=pytest.fail)  # no NaN, no Infinity
        assert sidecar["file"] == name
        inputs = {tensor["name"] for tensor in sidecar["signature"]["inputs"]}
        assert inputs <= {"label_map", "instance_map", "z", "image"}
        assert len(ModelCard.read(path).labels) == 5


def test_a_file_paints_what_the_keras_model_paints(exported):
    variants, generator, _, folder = exported
    card = ModelCard.read(folder / "tiny_float32.json")
    inputs = example_inputs(card, on_device(painting(card)), rows=1, seed=11)
    expected = keras_image(card, generator, inputs)
    assert expected.std() > 5  # a flat picture would agree with any other
    off = {"float16": 0}
    for suffix in {"float32", "float16"} & set(variants):
        image = run((folder / f"tiny_{suffix}.tflite").read_bytes(), **inputs)["image"]
        assert image.dtype == np.uint8
        off[suffix] = np.abs(image - expected)
    assert off["float32"].max() <= 1
    # These weights paint black and white: a value between them may fall to the other side.
    assert np.mean(off["float16"]) < 0.5


def test_a_file_reads_the_style_that_the_encoder_reads(exported):
    _, _, encoder, folder = exported
    if encoder is None:
        pytest.skip("no style encoder")
    card = ModelCard.read(folder / "tiny_style.json")
    (signature,) = (on_device(x) for x in signatures(card) if x.name == ENCODE_STYLE)
    inputs = example_inputs(card, signature, rows=1, seed=3)
    mean, log_variance = encoder(inputs["image"] / np.float32(127.5) - 1, training=False)
    style = run((folder / "tiny_style.tflite").read_bytes(), **inputs)
    scale = float(np.abs(mean).max())
    np.testing.assert_allclose(style["mean"], mean, atol=0.01 * scale)
    np.testing.assert_allclose(style["log_variance"], log_variance, atol=0.01 * scale)


class Double(tf.Module):
    """Answers what is no image; for the refusals."""

    def __call__(self, label_map, **_):
        return {"image": tf.cast(tf.py_function(lambda x: 2 * x, [label_map], tf.int32), tf.uint8)}


def test_what_no_builtin_can_do_is_refused(exported):
    folder = exported.folder
    card = ModelCard.read(folder / "tiny_float32.json")
    with pytest.raises(UserError, match="float32: TensorFlow Lite cannot run this"):
        convert(Double(), on_device(painting(card)), ["float32"])


def test_operations_are_looked_at(exported, monkeypatch):
    folder = exported.folder
    content = (folder / "tiny_float32.tflite").read_bytes()
    assert "CONV_2D" in operations(content)
    monkeypatch.setattr("spade_tf.export.tflite.FORBIDDEN", ("CONV",))
    with pytest.raises(UserError, match="plain interpreters lack: CONV_2D"):
        check_operations(content, "float32")


def test_a_file_without_its_weights_is_refused(exported):
    with pytest.raises(UserError, match="the file has 100 bytes, expected about"):
        check_size(b"x" * 100, exported.generator, "float32")
