import dataclasses
import subprocess
import sys

import pytest

from spade_tf.export.contract import CARD, Label, ModelCard, signatures

CARD_OF = ModelCard(
    name="tiny",
    height=32,
    width=64,
    labels=(Label(0, "sky", (1, 2, 3)), Label(1, "don't care", (4, 5, 6))),
    dont_care=1,
    label_of_file_id=(0, *[-1] * 254, 1),
    has_instances=False,
    latent_dim=0,
    style_size=None,
    licence="CC0",
    source="here",
    config={"name": "custom"},
    checkpoint=7,
    metrics={"miou": 0.5},
    parity={},
)


def card_of(**changes):
    return dataclasses.replace(CARD_OF, **changes)


def names(card):
    return {
        signature.name: (
            [tensor.name for tensor in signature.inputs],
            [tensor.name for tensor in signature.outputs],
        )
        for signature in signatures(card)
    }


def test_a_card_is_read_as_it_was_written(tmp_path):
    card = card_of(style_size=(8, 8), latent_dim=3)
    path = tmp_path / CARD
    path.parent.mkdir()
    path.write_text(card.to_json(), encoding="utf-8")
    assert ModelCard.read(tmp_path) == ModelCard.read(path) == card


@pytest.mark.parametrize("text", ["", "[]", '{"name": "tiny"}', '{"labels": 3}'])
def test_what_is_no_card_is_refused_with_its_path(text, tmp_path):
    path = tmp_path / "card.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"card\.json is no model card"):
        ModelCard.read(path)


def test_a_missing_card_is_refused(tmp_path):
    with pytest.raises(ValueError, match="model_card.json does not exist"):
        ModelCard.read(tmp_path)


def test_signatures_of_a_model_without_style():
    assert names(card_of()) == {
        "serving_default": (["label_map"], ["image"]),
        "synthesize_png": (["label_png_bytes"], ["image_bytes"]),
    }
    label_map = signatures(card_of())[0].inputs[0]
    assert (label_map.dtype, label_map.shape) == ("int32", (None, 32, 64))


def test_signatures_of_a_model_with_everything():
    card = card_of(has_instances=True, latent_dim=3, style_size=(8, 8))
    layout = ["label_map", "instance_map"]
    assert names(card) == {
        "serving_default": ([*layout, "seed"], ["image"]),
        "synthesize_style": ([*layout, "z"], ["image"]),
        "synthesize_png": (["label_png_bytes"], ["image_bytes"]),
        "encode_style": (["image"], ["mean", "log_variance"]),
    }


def test_the_contract_needs_no_tensorflow():
    code = "import sys, spade_tf.export.contract; print('tensorflow' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code]).decode().strip() == "False"
