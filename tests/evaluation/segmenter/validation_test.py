import shutil

import numpy as np
import pytest

from spade_tf.config import load_config
from spade_tf.errors import UserError
from spade_tf.evaluation.segmenter.validation import judge_validation, without_extras
from tests.data.small_sets import custom_set, make_maps


class RedChannel:
    """In place of a segmenter: `small_sets` paints 40 * label into the red channel."""

    def predict(self, images):
        return (images[..., 0] // 40).astype(np.int32)


def test_all_images_in_order_as_they_are(tmp_path):
    config = custom_set(tmp_path, train=1, val=3, height=32, width=32)
    parts = list(judge_validation(RedChannel(), config, batch_size=2))
    assert [len(part.images) for part in parts] == [2, 1]
    np.testing.assert_array_equal(parts[1].images[0], make_maps(102, 32, 32)["image"])
    for part in parts:
        np.testing.assert_array_equal(part.predictions, part.label_maps)


def test_photographs_are_needed(tmp_path):
    config = custom_set(tmp_path, train=1, val=1)
    shutil.rmtree(tmp_path / "val_img")
    with pytest.raises(UserError, match="val_img|no photographs"):
        list(judge_validation(RedChannel(), config))


def test_a_broken_file_is_named(tmp_path):
    config = custom_set(tmp_path, train=1, val=2)
    (tmp_path / "val_img" / "scene_1.png").write_bytes(b"nothing")
    with pytest.raises(UserError, match="val_img/scene_1.png"):
        list(judge_validation(RedChannel(), config))


def test_nothing_but_labels_and_photographs_is_loaded():
    config = load_config("landscapes", {"data.has_instances": True})
    assert config.has_positions
    plain = without_extras(config)
    assert not plain.has_positions and not plain.data.has_instances
    assert plain.data.num_labels == config.data.num_labels
