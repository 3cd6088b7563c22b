import dataclasses

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.config import load_config
from spade_tf.errors import UserError
from spade_tf.evaluation.file_ids import IGNORED
from spade_tf.evaluation.segmenter import Segmenter
from spade_tf.evaluation.segmenter.card import make_card


def brightest_channel(image, training):
    """In place of a network: a pixel's class is its brightest channel."""
    assert not training
    return {"logits": image, "features": tf.reduce_mean(image, axis=(1, 2))}


@pytest.fixture
def segmenter():
    card = make_card(load_config("camvid_small"), 16, 100, 8)
    card = dataclasses.replace(card, height=2, width=4, num_classes=3, dont_care=3)
    return Segmenter(brightest_channel, card)


def image_of(channels, height):
    """Rows of pure red (0), green (1) and blue (2)."""
    row = np.eye(3, dtype=np.uint8)[channels] * 255
    return np.tile(row, (1, height, 1, 1))


def test_classes_at_the_networks_own_size(segmenter):
    prediction = segmenter.predict(image_of([0, 1, 2, 2], height=2))
    assert prediction.dtype == np.int32
    assert prediction.tolist() == [[[0, 1, 2, 2]] * 2]


@pytest.mark.parametrize("height, repeats", [(4, 2), (6, 3), (5, 2)])
def test_larger_images_are_reduced_and_logits_enlarged(segmenter, height, repeats):
    channels = np.repeat([0, 1, 2, 2], repeats)
    prediction = segmenter.predict(image_of(channels, height))
    assert prediction.tolist() == [[channels.tolist()] * height]


def test_smaller_images_are_enlarged(segmenter):
    assert segmenter.predict(image_of([1, 2], height=1)).tolist() == [[[1, 2]]]


def test_logits_not_classes_are_resized(segmenter):
    # Between red 0.2 above green and green 1.0 above red the border lies at a sixth of the way, so
    # of eight pixels the fourth (at 0.25 between the second and third of four) is green already.
    image = np.zeros((1, 2, 4, 3), np.uint8)
    image[..., :2, :] = (153, 128, 0)
    image[..., 2:, :] = (0, 128, 0)
    card = segmenter.card
    outputs = segmenter._network(image.astype(np.float32) / 127.5 - 1)
    assert outputs["logits"].shape == (1, card.height, card.width, 3)
    enlarged = np.repeat(np.repeat(image, 2, axis=1), 2, axis=2)
    assert segmenter.predict(enlarged)[0, 0].tolist() == [0, 0, 0, 1, 1, 1, 1, 1]


def test_features_of_the_whole_image(segmenter):
    features = segmenter.features(image_of([0, 0, 0, 1], height=2))
    np.testing.assert_allclose(features, [[0.5, -0.5, -1.0]], atol=1e-6)


def test_dont_care_is_ignored(segmenter):
    truth = segmenter.truth(np.array([[0, 2, 3]], np.uint8))
    assert truth.dtype == np.int32
    assert truth.tolist() == [[0, 2, IGNORED]]
    with pytest.raises(UserError, match=r"labels \[-1, 4\], expected 0 to 3 \(camvid_small\)"):
        segmenter.truth(np.array([[0, 4, -1]]))


def test_without_dont_care_every_label_counts(segmenter):
    all_count = Segmenter(None, dataclasses.replace(segmenter.card, dont_care=None))
    assert all_count.truth(np.array([[0, 2]])).tolist() == [[0, 2]]
    with pytest.raises(UserError, match=r"labels \[3\], expected 0 to 2"):
        all_count.truth(np.array([[3]]))


@pytest.mark.parametrize(
    "images, what",
    [
        (np.zeros((1, 2, 4, 3), np.float32), r"float32 \[1, 2, 4, 3\]"),
        (np.zeros((2, 4, 3), np.uint8), r"uint8 \[2, 4, 3\]"),
        (np.zeros((1, 2, 4, 1), np.uint8), r"uint8 \[1, 2, 4, 1\]"),
    ],
)
def test_what_are_no_images(segmenter, images, what):
    with pytest.raises(UserError, match=f"images are {what}, expected uint8"):
        segmenter.predict(images)
