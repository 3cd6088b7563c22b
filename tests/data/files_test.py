"""Single files: what they hold, and fitting them to the config's size."""

import numpy as np
import pytest

from spade_tf.config import DataConfig
from spade_tf.data import files
from spade_tf.errors import UserError
from tests.data.small_sets import write_png


def test_a_label_map_is_read_at_its_size(tmp_path):
    path = write_png(tmp_path / "a.png", np.array([[0, 1, 2], [255, 3, 4]], np.uint8))
    data = DataConfig(num_labels=5, has_dont_care=True, first_file_id=1)
    label_map = files.read_label_map(path, data)
    assert label_map.dtype == np.int32
    assert label_map.tolist() == [[4, 0, 1], [4, 2, 3]]


def test_coloured_label_maps(tmp_path):
    palette = tmp_path / "palette.txt"
    palette.write_text("10 20 30 sky\n0 0 0 sea\n")
    colours = np.array([[[0, 0, 0], [10, 20, 30]]], np.uint8)
    data = DataConfig(num_labels=2, palette=str(palette))
    assert files.read_label_map(write_png(tmp_path / "a.png", colours), data).tolist() == [[1, 0]]
    grey = write_png(tmp_path / "b.png", np.zeros((2, 2), np.uint8))
    with pytest.raises(UserError, match="8-bit grey; data.palette is set: expected 8-bit RGB"):
        files.read_label_map(grey, data)


def test_wrong_ids_are_listed_with_what_to_set(tmp_path):
    path = write_png(tmp_path / "a.png", np.array([[0, 7, 9, 9]], np.uint8))
    with pytest.raises(UserError) as error:
        files.read_label_map(path, DataConfig(num_labels=5))
    assert path in str(error.value) and "file ids 7, 9 (3 pixels)" in str(error.value)
    assert "Set data.num_labels=10" in str(error.value)
    with pytest.raises(UserError, match="Set data.num_labels=11 or"):
        files.read_label_map(path, DataConfig(num_labels=5, has_dont_care=True))
    with pytest.raises(UserError, match="'unknown', set data.has_dont_care=true"):
        files.read_label_map(path, DataConfig(num_labels=9, first_file_id=1))


def test_instance_maps_have_8_or_16_bits(tmp_path):
    for kind, value in ((np.uint8, 200), (np.uint16, 33018)):
        path = write_png(tmp_path / "a.png", np.full((2, 3), value, kind))
        instance_map = files.read_instance_map(path)
        assert instance_map.dtype == np.int32 and (instance_map == value).all()


def test_a_missing_file(tmp_path):
    with pytest.raises(UserError, match="cannot read .*a.png .No such file"):
        files.read_label_map(str(tmp_path / "a.png"), DataConfig())


def test_the_conversion_that_a_message_proposes_works(tmp_path):
    from PIL import Image

    path = str(tmp_path / "a.png")
    indices = np.array([[0, 3], [2, 1]], np.uint8)
    picture = Image.fromarray(indices)
    for spoiled in (picture.convert("P"), Image.fromarray(indices.astype(np.uint16))):
        spoiled.save(path)
        with pytest.raises(UserError) as error:
            files.read_label_map(path, DataConfig())
        conversion = str(error.value).split("with PIL: ")[1]
        exec(conversion, {"Image": Image, "np": np})
        assert files.read_label_map(path, DataConfig()).tolist() == indices.tolist()


def test_fitting_cuts_the_middle_as_validation_does():
    ids = np.arange(6 * 4).reshape(6, 4)
    data = DataConfig(height=2, width=2, preprocess="scale_width_and_crop")
    # Scaled to 3x2: rows 1, 3, 5 and columns 1, 3; then rows 0 and 1 of the three.
    assert files.fit_label_map(ids, data).tolist() == [[5, 7], [13, 15]]
    plain = DataConfig(height=2, width=2, preprocess="resize_and_crop")
    assert files.fit_label_map(ids, plain).tolist() == [[5, 7], [17, 19]]
    assert files.fit_label_map(ids, plain).dtype == np.int32


def test_maps_that_do_not_fit():
    ids = np.zeros((30, 100), np.int32)
    with pytest.raises(
        UserError, match=r"b.png \(100x30 pixels\) becomes 100x30 .*raise data.load"
    ):
        files.fit_label_map(ids, DataConfig(height=64, width=64, preprocess="crop"), "b.png")
    with pytest.raises(UserError, match="becomes 64x19 .*not data.width x data.height = 64x64"):
        files.fit_label_map(ids, DataConfig(height=64, width=64, preprocess="scale_width"))
