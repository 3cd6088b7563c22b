import numpy as np
import pytest
from PIL import Image

from spade_tf import pictures
from spade_tf.data.legend import ROW, legend
from spade_tf.pictures import GAP, MIN_WIDTH, TITLE_HEIGHT, from_uint8, save_png, sheet, to_uint8

NAMES = ["sky", "grass", "water", "a long name of a label nobody would draw in a small picture"]
COLORS = np.array([[0, 0, 250], [0, 200, 0], [0, 100, 100], [9, 9, 9]], np.uint8)
WHITE = (255, 255, 255)


def plain(red, side=2):
    """A picture of one colour."""
    return np.full((side, side, 3), (red, 0, 0), np.uint8)


def label_map(label):
    return np.full((2, 2), label)


def test_bytes_are_the_nearest():
    # (x + 1) * 127.5: 0, 0.49, 0.51, 127.5 (to even: 128), 254.51, 255
    values = np.array([-1.0, 0.49 / 127.5 - 1, 0.51 / 127.5 - 1, 0.0, 254.51 / 127.5 - 1, 1.0])
    assert to_uint8(values).tolist() == [0, 0, 1, 128, 255, 255]
    assert to_uint8(values).dtype == np.uint8


def test_values_outside_are_clipped():
    assert to_uint8(np.array([-1.2, -9.0, 1.001, 9.0])).tolist() == [0, 0, 255, 255]


def test_bytes_survive_the_way_there_and_back():
    every_byte = np.arange(256, dtype=np.uint8)
    image = from_uint8(every_byte)
    assert image.dtype == np.float32
    assert image[[0, 51, 255]].tolist() == pytest.approx([-1.0, -0.6, 1.0])
    np.testing.assert_array_equal(to_uint8(image), every_byte)


def test_save_png_keeps_every_pixel(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3)).astype(np.uint8)
    save_png(image, tmp_path / "sub" / "a.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "sub" / "a.png")), image)


class TestSheet:
    """Of 2x2 pictures: a cell is 6 wide with the margin of 2 around it."""

    def cells(self, picture, across, down):
        """The colour of each cell's top left pixel, whose neighbours above and left are white."""
        found = []
        for row in range(down):
            top = TITLE_HEIGHT + row * (2 + GAP) + GAP // 2
            for column in range(across):
                left = column * (2 + GAP) + GAP // 2
                assert tuple(picture[top - 1, left]) == tuple(picture[top, left - 1]) == WHITE
                found.append(picture[top, left, 0])
        return found

    def test_examples_stand_beside_each_other(self):
        columns = {"a": [plain(10), plain(20)], "b": [plain(30), plain(40)]}
        picture = sheet(columns, label_map(0), NAMES, COLORS)
        assert self.cells(picture, 4, 1) == [10, 30, 20, 40]
        assert picture.shape == (TITLE_HEIGHT + 2 + GAP + ROW, MIN_WIDTH, 3)
        assert (picture[: TITLE_HEIGHT + 2 + GAP, 4 * (2 + GAP) :] == 255).all()

    def test_what_does_not_fit_begins_a_row(self, monkeypatch):
        monkeypatch.setattr(pictures, "MAX_WIDTH", 3 * 12 - 1)  # two examples
        columns = {
            "a": [plain(10), plain(20), plain(50)],
            "b": [plain(30), plain(40), plain(60)],
        }
        picture = sheet(columns, label_map(0), NAMES, COLORS)
        assert self.cells(picture, 4, 2) == [10, 30, 20, 40, 50, 60, 255, 255]

    def test_one_example_takes_no_room_for_two(self):
        columns = {"a": [plain(10, 200)], "b": [plain(20, 200)]}
        picture = sheet(columns, label_map(0), ["sky"], COLORS[:1])
        assert picture.shape == (TITLE_HEIGHT + 200 + GAP + ROW, 2 * (200 + GAP), 3)

    def test_rows_are_evenly_filled(self):
        # 6 fit, but four and three make two rows of seven.
        picture = sheet({"a": [plain(10, 256)] * 7}, label_map(0), ["sky"], COLORS[:1])
        assert picture.shape == (TITLE_HEIGHT + 2 * (256 + GAP) + ROW, 4 * (256 + GAP), 3)

    def test_wide_pictures_keep_their_shape(self):
        wide = [np.full((2, 1000, 3), 7, np.uint8)] * 2
        picture = sheet({"a": wide, "b": wide}, label_map(0), ["sky"], COLORS[:1])
        assert picture.shape == (TITLE_HEIGHT + 2 * (2 + GAP) + ROW, 2 * (1000 + GAP), 3)

    def test_every_column_has_its_title(self):
        two = [plain(10, 64)] * 2
        picture = sheet({"a": two, "": two, "c": two}, label_map(0), NAMES, COLORS)
        titles = picture[:TITLE_HEIGHT] != 255
        written = [titles[:, k * 68 : (k + 1) * 68].any() for k in range(6)]
        assert written == [True, False, True, True, False, True]

    def test_the_legend_lists_the_labels_that_occur(self):
        label_maps = np.stack([label_map(2), label_map(0), label_map(2)])
        columns = {"a": [plain(10, 128)] * 3}
        picture = sheet(columns, label_maps, NAMES, COLORS)
        expected = legend(["sky", "water"], COLORS[[0, 2]], 3 * (128 + GAP))
        np.testing.assert_array_equal(picture[TITLE_HEIGHT + 128 + GAP :], expected)
