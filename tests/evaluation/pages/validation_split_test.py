import numpy as np
import pytest

from spade_tf.config import load_config
from spade_tf.errors import UserError
from spade_tf.evaluation.pages.validation_split import ValidationSplit
from tests.data.small_sets import custom_set, make_maps


def test_examples_are_cut_in_the_middle(tmp_path):
    split = ValidationSplit(custom_set(tmp_path, train=1, val=3))
    assert [example.name for example in split.examples] == ["scene_0", "scene_1", "scene_2"]
    for i in (2, 0):
        maps = make_maps(100 + i, 40, 48)
        label_map, image = split.read(i)
        np.testing.assert_array_equal(label_map, maps["label_map"][4:36, 8:40])
        np.testing.assert_array_equal(image, maps["image"][4:36, 8:40])


def test_instances_are_not_needed_and_photographs_neither(tmp_path):
    config = custom_set(tmp_path, train=1, val=1)
    for folder in ("val_inst", "val_img"):
        (tmp_path / folder / "scene_0.png").unlink()
        (tmp_path / folder).rmdir()
    label_map, image = ValidationSplit(config).read(0)
    assert label_map.shape == (32, 32) and image is None


def test_scenes_are_painted():
    config = load_config("landscapes", {"data.height": 32, "data.width": 32})
    label_map, image = ValidationSplit(config).read(1)
    assert label_map.shape == (32, 32) and image.shape == (32, 32, 3)


def test_a_damaged_photograph_is_named(tmp_path):
    config = custom_set(tmp_path, train=1, val=2)
    path = tmp_path / "val_img" / "scene_1.png"
    path.write_bytes(path.read_bytes()[:200])
    split = ValidationSplit(config)
    split.read(0)
    with pytest.raises(UserError, match="scene_1.png"):
        split.read(1)
