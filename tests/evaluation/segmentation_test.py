import numpy as np
import pytest

from spade_tf.config import load_config
from spade_tf.errors import UserError
from spade_tf.evaluation import segmentation
from spade_tf.evaluation.segmentation import ade20k_sizes, find_segmentation
from tests.evaluation.tiny_segmenter import tiny_segmenter
from tests.tiny_config import tiny_config


def test_sizes_at_which_upernet_looks():
    squares = [(320, 320), (384, 384), (480, 480), (544, 544), (608, 608)]
    assert ade20k_sizes(256, 256) == squares
    # 525 and 600 would be longer than 1000: both are 500 x 1000, rounded up to multiples of 32.
    wide = [(320, 608), (384, 768), (480, 928), (512, 1024), (512, 1024)]
    assert ade20k_sizes(256, 512) == wide


def test_cocostuff_ignores_the_dont_care_label():
    found = segmentation.cocostuff_truth(load_config("coco"), np.array([[0, 181, 182]]))
    np.testing.assert_array_equal(found, [[0, 181, -1]])


def test_ade20k_labels_are_classes_or_one_more_than_classes():
    as_meant = load_config("ade20k", {"data.first_file_id": 1})
    found = segmentation.ade20k_truth(as_meant, np.array([[0, 149, 150]]))
    np.testing.assert_array_equal(found, [[0, 149, -1]])
    # As the papers' checkpoints were trained: file ids, of which 0 is unknown.
    imported = load_config("ade20k", {"data.first_file_id": 0})
    found = segmentation.ade20k_truth(imported, np.array([[0, 1, 150 - 1]]))
    np.testing.assert_array_equal(found, [[-1, 0, 148]])


def test_cityscapes_labels_become_train_ids():
    found = segmentation.cityscapes_truth(load_config("cityscapes"), np.array([[7, 33, 0, 34]]))
    np.testing.assert_array_equal(found, [[0, 18, -1, -1]])
    found = segmentation.cityscapes_truth(load_config("crn_cityscapes"), np.array([[0, 18, 19]]))
    np.testing.assert_array_equal(found, [[0, 18, -1]])


def test_without_a_published_network_one_is_asked_for():
    with pytest.raises(UserError, match="train_segmenter --config=tiny --output=FOLDER"):
        find_segmentation(tiny_config(), None, {})


def test_a_segmenter_of_our_own(tmp_path):
    config = tiny_config({"data.has_dont_care": True})
    folder = tiny_segmenter(tmp_path / "own", config)
    found = find_segmentation(config, folder, {})
    assert len(found.class_names) == 4
    assert found.name == f"segmenter-{found.weights['own'][:12]}"
    np.testing.assert_array_equal(found.truth(np.array([[[3, 4]]])), [[[3, -1]]])
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    assert len(np.unique(found.predict(images))) > 1
    assert found.features(images).shape == (2, 8)


def test_a_segmenter_of_other_labels_is_refused(tmp_path):
    folder = tiny_segmenter(tmp_path / "own", tiny_config())
    with pytest.raises(UserError, match="tells 5 classes apart .*this config has 6"):
        find_segmentation(tiny_config({"data.num_labels": 6}), folder, {})
