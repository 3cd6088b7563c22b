"""Palette files and colouring."""

import numpy as np
import pytest

from spade_tf.data.colors import colorize, read_palette
from spade_tf.errors import UserError


def test_colorize():
    colours = colorize(np.array([[[0, 1]], [[1, 1]]]), np.array([[1, 2, 3], [4, 5, 6]]))
    assert colours.dtype == np.uint8 and colours.shape == (2, 1, 2, 3)
    assert colours[0, 0].tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_palette_file(tmp_path):
    path = tmp_path / "palette.txt"
    path.write_text("0 0 0 nothing\n\n70  130 180   deep blue sky \n")
    names, colors = read_palette(str(path))
    assert names == ["nothing", "deep blue sky"] and colors == [(0, 0, 0), (70, 130, 180)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0 0 a\n1 2 sky\n", "line 2 is '1 2 sky'; expected 'red green blue name'"),
        ("0 0 256 a\n", "line 1 is"),
        ("0 -1 0 a\n", "line 1 is"),
        ("0 0 0\n", "line 1 is"),
        ("1 1 1 a\n1 1 1 b\n", r"line 2: colour \(1, 1, 1\) is already 'a'"),
        ("\n", "is empty"),
    ],
)
def test_malformed_palette_files(tmp_path, text, message):
    path = tmp_path / "palette.txt"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        read_palette(str(path))


def test_a_missing_palette_file(tmp_path):
    with pytest.raises(UserError, match="data.palette: cannot read"):
        read_palette(str(tmp_path / "palette.txt"))
