import dataclasses
import shutil

import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.segmenter import Segmenter, load_segmenter, save_segmenter
from spade_tf.evaluation.segmenter.deeplab_v3_plus import build_deeplab_v3_plus
from tests.evaluation.segmenter.tiny_landscapes import tiny_card

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 40, 48, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder, and the segmenter that was saved to it."""
    folder = tmp_path_factory.mktemp("segmenter") / "deep" / "folder"
    card = tiny_card()
    model = build_deeplab_v3_plus(card.num_classes, card.height, card.width, card.base_width)
    card = save_segmenter(folder, model, dataclasses.replace(card, miou=0.25, accuracy=0.5))
    return folder, Segmenter(model, card)


def test_what_is_loaded_is_what_was_saved(saved):
    folder, segmenter = saved
    loaded = load_segmenter(folder)
    assert loaded.card == segmenter.card
    assert loaded.card.miou == 0.25
    np.testing.assert_array_equal(loaded.predict(IMAGES), segmenter.predict(IMAGES))
    np.testing.assert_array_equal(loaded.features(IMAGES), segmenter.features(IMAGES))
    assert sorted(path.name for path in folder.iterdir()) == ["segmenter.json", "weights.npz"]


def test_the_same_weights_have_the_same_checksum(saved, tmp_path):
    _, segmenter = saved
    again = save_segmenter(tmp_path, segmenter.model, segmenter.card)
    assert len(again.checksum) == 64
    assert again.checksum == segmenter.checksum
    other = save_segmenter(tmp_path, other_model(), segmenter.card)
    assert other.checksum != segmenter.checksum


def other_model():
    model = build_deeplab_v3_plus(13, 32, 32, 2)
    model.weights[0].assign_add(0.01 * np.ones(model.weights[0].shape))
    return model


def test_a_folder_of_something_else(saved, tmp_path):
    with pytest.raises(UserError, match=f"{tmp_path} is no segmenter: it has no segmenter.json"):
        load_segmenter(tmp_path)
    shutil.copy(saved[0] / "segmenter.json", tmp_path)
    with pytest.raises(UserError, match="weights.npz: no such file; give a segmenter's weights"):
        load_segmenter(tmp_path)


def test_weights_of_another_training(saved, tmp_path):
    folder, segmenter = saved
    save_segmenter(tmp_path, other_model(), segmenter.card)
    shutil.copy(folder / "weights.npz", tmp_path)
    card = (tmp_path / "segmenter.json").read_text()
    with pytest.raises(UserError, match="weights.npz is not the file that .*segmenter.json desc"):
        load_segmenter(tmp_path)
    (tmp_path / "segmenter.json").write_text(card.replace('"base_width": 2', '"base_width": 3'))
    with pytest.raises(UserError, match="is not the file that"):
        load_segmenter(tmp_path)
