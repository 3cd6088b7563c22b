"""File ids to labels."""

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

from spade_tf.config import Config, DataConfig, replace
from spade_tf.data.colors import distinct_colors
from spade_tf.data.labels import NOT_A_LABEL, dont_care_label, label_names, label_table, palette


@hypothesis.given(
    num_labels=st.integers(2, 300),
    has_dont_care=st.booleans(),
    first_file_id=st.integers(0, 3),
    file_id=st.integers(0, 255),
)
def test_every_file_id_becomes_the_label_that_the_rule_says(
    num_labels, has_dont_care, first_file_id, file_id
):
    data = DataConfig(
        num_labels=num_labels, has_dont_care=has_dont_care, first_file_id=first_file_id
    )
    label = label_table(data)[file_id]
    if has_dont_care and (file_id == 255 or file_id < first_file_id):
        assert label == num_labels - 1
    elif first_file_id <= file_id < first_file_id + num_labels:
        assert label == file_id - first_file_id
    else:
        assert label == NOT_A_LABEL


def test_tables_of_the_data_sets():
    coco = label_table(DataConfig(num_labels=183, has_dont_care=True))
    assert coco[[0, 181, 255]].tolist() == [0, 181, 182] and coco[183] == NOT_A_LABEL
    ade = label_table(DataConfig(num_labels=151, has_dont_care=True, first_file_id=1))
    assert ade[[0, 1, 150, 255]].tolist() == [150, 0, 149, 150]
    official_ade = label_table(DataConfig(num_labels=151, has_dont_care=True))
    assert official_ade[[0, 1, 150]].tolist() == [0, 1, 150]
    cityscapes = label_table(DataConfig(num_labels=35))
    assert cityscapes[33] == 33 and cityscapes[255] == NOT_A_LABEL


def test_a_palette_file_has_a_label_for_each_line(tmp_path):
    path = tmp_path / "palette.txt"
    path.write_text("0 0 0 nothing\n70 130 180 sky\n10 200 10 deep grass\n")
    data = DataConfig(num_labels=3, has_dont_care=True, first_file_id=1, palette=str(path))
    assert label_table(data).tolist() == [2, 0, 1]
    config = Config(data=data)
    assert label_names(config) == ["sky", "deep grass", "don't care"]
    assert palette(config).tolist() == [[70, 130, 180], [10, 200, 10], [0, 0, 0]]


def test_names_and_colours_are_padded_when_there_are_more_labels():
    config = replace(Config(), "data.dataset", "camvid")
    config = replace(config, "data.num_labels", 14)
    names = label_names(config)
    assert names[11:] == ["Unlabelled", "label 12", "label 13"]
    assert palette(config).shape == (14, 3) and palette(config).dtype == np.uint8
    assert len(label_names(replace(config, "data.num_labels", 4))) == 4


@pytest.mark.parametrize("count", [2, 13, 35, 183, 300])
def test_colours_differ_and_do_not_change(count):
    colors = distinct_colors(count, dont_care=True)
    assert len(set(colors)) == count and colors[-1] == (0, 0, 0)
    assert colors[: count - 1] == distinct_colors(count + 5)[: count - 1]


def test_the_first_colours_are_far_from_black_and_white():
    # 281 from black and 289 from white; the corner (0, 0, 255) would be 255 from black.
    assert distinct_colors(2) == ((255, 255, 255), (0, 119, 255))


@pytest.mark.parametrize(("count", "steps"), [(13, 100), (183, 30)])
def test_no_two_colours_look_alike(count, steps):
    colors = np.array(distinct_colors(count), float)
    distance = np.sqrt(np.square(colors[:, None] - colors[None]).sum(axis=-1))
    assert distance[~np.eye(count, dtype=bool)].min() > steps


def test_the_dont_care_label_is_the_last():
    assert dont_care_label(DataConfig(num_labels=7, has_dont_care=True)) == 6
    assert dont_care_label(DataConfig(num_labels=7)) is None


def test_names_and_colours_follow_the_first_file_id():
    ade = DataConfig(dataset="ade20k", num_labels=151, has_dont_care=True, first_file_id=1)
    meant = Config(data=ade)
    official = replace(meant, "data.first_file_id", 0)
    assert label_names(meant)[:2] == ["wall", "building"] and label_names(meant)[-1] == "unknown"
    assert label_names(official)[:2] == ["unknown", "wall"] and label_names(official)[-1] == "flag"
    np.testing.assert_array_equal(palette(official)[1:], palette(meant)[:-1])
