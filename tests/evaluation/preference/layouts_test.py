import io

import numpy as np
import pytest
from PIL import Image

from spade_tf.config import load_config
from spade_tf.data.labels import label_names, palette
from spade_tf.errors import UserError
from spade_tf.evaluation.preference.layouts import read_layout
from tests.evaluation.preference.small_study import write


def pixels_of(layout):
    return np.asarray(Image.open(io.BytesIO(layout.png)))


def test_colours_and_names_are_the_configs(tmp_path):
    config = load_config("landscapes")
    labels = np.full((20, 30), 1)
    labels[:5] = 2
    layout = read_layout(write(tmp_path / "a.png", labels), (60, 40), config)
    colors, names = palette(config), label_names(config)
    expected = colors[labels].repeat(2, 0).repeat(2, 1)
    np.testing.assert_array_equal(pixels_of(layout), expected)
    assert [name for name, _ in layout.legend] == [names[1], names[2]]  # the largest first
    assert layout.legend[0][1] == "#{:02x}{:02x}{:02x}".format(*colors[1])


def test_small_classes_are_not_in_the_legend(tmp_path):
    labels = np.full((40, 50), 1)
    labels[0, :3] = 2  # 0.15 %
    labels[1, :5] = 3  # 0.25 %
    config = load_config("landscapes")
    layout = read_layout(write(tmp_path / "a.png", labels), (50, 40), config)
    names = label_names(config)
    assert [name for name, _ in layout.legend] == [names[1], names[3]]


def test_without_a_config_ids_get_different_colours(tmp_path):
    labels = np.arange(256).reshape(16, 16)
    layout = read_layout(write(tmp_path / "a.png", labels), (16, 16), None)
    pixels = pixels_of(layout)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 256
    assert layout.legend == ()


def test_coloured_pictures_stay_as_they_are(tmp_path):
    colored = np.random.default_rng(0).integers(0, 255, (8, 8, 3)).astype(np.uint8)
    layout = read_layout(write(tmp_path / "a.png", colored), (8, 8), None)
    np.testing.assert_array_equal(pixels_of(layout), colored)
    np.testing.assert_array_equal(layout.thumbnail, colored.repeat(4, 0).repeat(4, 1))


def test_what_is_no_label_map_is_named(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(UserError, match="cannot read .*text.png"):
        read_layout(tmp_path / "text.png", (8, 8), None)
    Image.new("I;16", (4, 4)).save(tmp_path / "deep.png")
    with pytest.raises(UserError, match="deep.png has mode I;16"):
        read_layout(tmp_path / "deep.png", (8, 8), None)
