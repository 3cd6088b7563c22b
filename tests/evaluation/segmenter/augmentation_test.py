import numpy as np
import tensorflow as tf

from spade_tf.evaluation.file_ids import IGNORED
from spade_tf.evaluation.segmenter import augmentation
from spade_tf.evaluation.segmenter.augmentation import jitter_colors, vary, zoom


def columns(batch=8, side=32):
    """Images black, grey and white from left to right, labelled 0, 1, 2."""
    label_map = np.tile(np.repeat([0, 1, 2], [10, 12, 10]), (batch, side, 1)).astype(np.int32)
    image = np.repeat(label_map[..., np.newaxis] - 1.0, 3, axis=-1).astype(np.float32)
    return tf.constant(image), tf.constant(label_map)


def test_labels_move_with_their_pixels():
    image, label_map = columns()
    zoomed, labels = (x.numpy() for x in zoom(image, label_map, [1, 2]))
    inside = labels != IGNORED
    grey = zoomed[..., 0]
    # Between two columns the image is mixed, over one pixel of the original.
    mixed = np.abs(grey - np.round(grey)) > 0.01
    np.testing.assert_allclose(grey[inside & ~mixed], labels[inside & ~mixed] - 1.0, atol=0.01)
    assert np.mean(mixed) < 0.15
    assert np.all(zoomed[~inside] == 0)


def test_some_are_enlarged_and_some_made_smaller():
    _, labels = zoom(*columns(32), [3, 4])
    shares = np.mean(labels == IGNORED, axis=(1, 2))
    assert (shares == 0).any() and shares.max() > 0.2
    smallest = 1 - augmentation.SCALES[0] ** 2
    assert shares.max() < smallest + 0.05


def test_no_zoom_changes_nothing(monkeypatch):
    monkeypatch.setattr(augmentation, "SCALES", (1.0, 1.0))
    image, label_map = columns()
    zoomed, labels = zoom(image, label_map, [5, 6])
    np.testing.assert_allclose(zoomed, image, atol=1e-5)
    np.testing.assert_array_equal(labels, label_map)


def test_colours_change_image_by_image_and_stay_in_range():
    image = tf.constant(np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 3)).astype(np.float32))
    jittered = jitter_colors(image, [0, 1]).numpy()
    assert jittered.min() >= -1 and jittered.max() <= 1
    shifts = (jittered - image.numpy()).mean(axis=(1, 2))  # [image, channel]
    assert len(np.unique(shifts.round(4))) == 12
    assert np.abs(shifts).max() < augmentation.BRIGHTNESS + augmentation.TINT


def test_grey_without_tint_stays_grey(monkeypatch):
    monkeypatch.setattr(augmentation, "TINT", 0.0)
    image, _ = columns()
    jittered = jitter_colors(image, [7, 8]).numpy()
    np.testing.assert_allclose(jittered[..., 0], jittered[..., 2], atol=1e-6)
    assert np.abs(jittered - image).max() > 0.1


def test_one_seed_one_result():
    image, label_map = columns()
    first, again, other = (vary(image, label_map, tf.constant([1, n])) for n in (5, 5, 6))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert np.any(first[0] != other[0]) and np.any(first[1] != other[1])
