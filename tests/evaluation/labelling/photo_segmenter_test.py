import dataclasses

import numpy as np
import pytest

from spade_tf.config import load_config
from spade_tf.errors import UserError
from spade_tf.evaluation import segmenter
from spade_tf.evaluation.labelling.photo_segmenter import (
    ROWS_AT_ONCE,
    labels_of_logits,
    own_segmenter,
)
from spade_tf.evaluation.predictions import cocostuff_prediction, softmax
from spade_tf.evaluation.resize import resize_bilinear
from spade_tf.evaluation.segmenter import Segmenter
from spade_tf.evaluation.segmenter.card import make_card


@pytest.mark.parametrize("height", [5, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 3])
def test_labels_are_those_of_the_metric(height):
    logits = np.random.default_rng(0).normal(0, 3, (2, 9, 7, 6)).astype(np.float32)
    labels, confidence = labels_of_logits(logits, height, 40)
    assert labels.dtype == np.int32 and confidence.dtype == np.float32
    np.testing.assert_array_equal(labels, cocostuff_prediction(logits, height, 40))
    probabilities = softmax(resize_bilinear(logits, height, 40))
    np.testing.assert_allclose(confidence, probabilities.max(axis=-1), rtol=1e-5)


def test_confidence_is_the_largest_probability():
    logits = np.log(np.float32([[[[1, 3, 4]], [[8, 1, 1]]]]))
    labels, confidence = labels_of_logits(logits, 2, 1)
    np.testing.assert_array_equal(labels[0, :, 0], [2, 0])
    np.testing.assert_allclose(confidence[0, :, 0], [4 / 8, 8 / 10], rtol=1e-6)


def test_a_segmenter_of_our_own(monkeypatch, tmp_path):
    with pytest.raises(UserError, match="is no segmenter"):
        own_segmenter(tmp_path)
    config = load_config("landscapes", {"data.height": 32, "data.width": 32})
    card = dataclasses.replace(make_card(config, 4, 0, 1), checksum="0123456789abcdef")
    # Its logits are the colours.
    mirror = Segmenter(lambda image, training: {"logits": image, "features": image}, card)
    monkeypatch.setattr(segmenter, "load_segmenter", lambda folder: mirror)
    ours = own_segmenter(tmp_path)
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    labels, confidence = ours.label(images)
    np.testing.assert_array_equal(labels, images.argmax(axis=-1))
    assert confidence is None
    assert (ours.config, ours.class_names) == ("custom", card.label_names)
    assert ours.name == "segmenter of landscapes 0123456789ab"
