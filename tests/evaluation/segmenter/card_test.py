import json

import pytest

from spade_tf.config import load_config
from spade_tf.errors import UserError
from spade_tf.evaluation.segmenter.card import make_card, read_card


def test_a_card_says_what_the_config_says():
    card = make_card(load_config("camvid_small", {"train.seed": 3}), 16, 100, 8)
    assert (card.config, card.dataset) == ("camvid_small", "camvid")
    assert (card.num_classes, card.dont_care) == (11, 11)
    assert card.label_names[0] == "Sky" and card.label_names[-1] == "Bicyclist"
    assert (card.height, card.width, card.base_width) == (96, 128, 16)
    assert (card.steps, card.batch_size, card.seed) == (100, 8, 3)
    assert (card.miou, card.checksum) == (None, "")


def test_without_dont_care_all_labels_are_classes():
    config = load_config("landscapes")
    card = make_card(config, 16, 100, 8)
    assert card.num_classes == config.data.num_labels == len(card.label_names)
    assert card.dont_care is None


def test_json_and_back():
    card = make_card(load_config("camvid_small"), 16, 100, 8)
    assert read_card(card.to_json(), "here") == card


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda values: "{", r"here is not JSON .*; train it again with python -m tools.train_seg"),
        (lambda values: "[]", "here is of a segmenter of version None, this code reads 1"),
        (lambda values: json.dumps(values | {"version": 0}), "of version 0, this code reads 1"),
        (lambda values: json.dumps(values | {"depth": 2}), "no segmenter's card: look at depth;"),
        (lambda values: json.dumps({"version": 1}), "look at accuracy, base_width, batch_size"),
    ],
)
def test_what_is_no_card_is_refused(change, message):
    values = json.loads(make_card(load_config("camvid_small"), 16, 100, 8).to_json())
    with pytest.raises(UserError, match=message):
        read_card(change(values), "here")
