"""Whatever is wrong with a file: one line that names it, from the pipeline and the quick check."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from spade_tf.config import replace
from spade_tf.data.check import quick_check
from spade_tf.data.failures import explain_failure
from spade_tf.data.pipeline import make_dataset
from spade_tf.errors import UserError
from tests.data.small_sets import custom_set, make_maps, write_png


def wrong_id(path):
    write_png(path, np.full((40, 48), 200, np.uint8))


def sixteen_bits(path):
    write_png(path, np.zeros((40, 48), np.uint16))


def palette_mode(path):
    Image.fromarray(np.zeros((40, 48), np.uint8)).convert("P").save(path)


def colours(path):
    write_png(path, np.zeros((40, 48, 3), np.uint8))


def alpha(path):
    write_png(path, np.zeros((40, 48, 4), np.uint8))


def grey_and_alpha(path):
    Image.new("LA", (48, 40)).save(path)


def one_bit(path):
    Image.new("1", (48, 40)).save(path)


def truncated(path):
    path.write_bytes(path.read_bytes()[:-400])


def empty(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("this is no picture, but more than 26 bytes of text")


def jpeg(path):
    Image.fromarray(np.zeros((40, 48), np.uint8)).save(path, format="JPEG")


def tiff(path):
    Image.open(path).save(path, format="TIFF")


def other_size(path):
    pixels = make_maps(0, 44, 48)["image"]
    write_png(path, pixels if "img" in str(path) else pixels[..., 0] % 5)


def too_small(path):
    for folder in ("train_label", "train_img", "train_inst"):
        beside = path.parent.parent / folder / path.name
        pixels = make_maps(0, 20, 48)["image"]
        write_png(beside, pixels if folder == "train_img" else pixels[..., 0] % 5)


def as_jpeg_cut_short(path):
    photograph = path.with_suffix(".jpg")
    Image.fromarray(make_maps(0, 40, 48)["image"]).save(photograph)
    photograph.write_bytes(photograph.read_bytes()[:-300])
    path.unlink()


CASES = [
    ("train_label", wrong_id, "holds the file ids 200 .*data.num_labels=201"),
    ("train_label", sixteen_bits, "is 16-bit grey; expected 8-bit grey.*astype"),
    ("train_label", palette_mode, "palette PNG; expected 8-bit grey.*Convert"),
    ("train_label", colours, "is 8-bit RGB; expected.*data.palette=FILE"),
    ("train_label", alpha, "RGB with alpha; expected"),
    ("train_label", grey_and_alpha, "grey with alpha; expected"),
    ("train_label", one_bit, "is 1-bit grey; expected 8-bit"),
    ("train_label", truncated, "damaged or cut short"),
    ("train_label", empty, "is no PNG"),
    ("train_label", text, "is no PNG"),
    ("train_label", jpeg, "is no PNG"),
    ("train_img", truncated, "damaged or cut short"),
    ("train_img", as_jpeg_cut_short, "damaged or cut short"),
    ("train_img", empty, "cannot (decode|read)"),
    ("train_img", text, "cannot (decode|read)"),
    ("train_img", tiff, "TensorFlow cannot decode|is a TIFF file; save it as JPEG or PNG"),
    ("train_img", other_size, "is 48x44 pixels, its label map .*scene_3.png 48x40"),
    ("train_inst", colours, "expected an 8- or 16-bit grey instance map"),
    ("train_inst", truncated, "damaged or cut short"),
    ("train_inst", other_size, "is 48x44 pixels, its label map .*scene_3.png 48x40"),
    ("train_label", too_small, r"becomes 48x20 .*less than the crop of .*32x32"),
]


@pytest.mark.parametrize(("folder", "spoil", "message"), CASES)
def test_a_bad_file_is_named(tmp_path, folder, spoil, message):
    config = custom_set(tmp_path)
    spoil(tmp_path / folder / "scene_3.png")

    with pytest.raises(tf.errors.OpError) as failure:
        for _ in make_dataset(config, "train", 5).take(2):
            pass
    explained = str(explain_failure(config, "train", failure.value))
    with pytest.raises(UserError, match=message) as found:
        quick_check(config)
    for line in (explained, str(found.value)):
        assert "scene_3" in line and "\n" not in line
    with pytest.raises(UserError, match=message):
        raise UserError(explained)


def test_a_file_that_went_away(tmp_path):
    config = custom_set(tmp_path)
    dataset = make_dataset(config, "train", 5)
    (tmp_path / "train_img" / "scene_2.png").unlink()
    with pytest.raises(tf.errors.OpError) as failure:
        next(iter(dataset))
    assert "scene_2" in str(explain_failure(config, "train", failure.value))


def test_an_unknown_colour_is_named_with_the_nearest(tmp_path):
    palette = tmp_path / "palette.txt"
    palette.write_text("0 0 0 nothing\n70 130 180 sky\n")
    config = custom_set(tmp_path, data__palette=str(palette), data__num_labels=2)
    sky = np.full((40, 48, 3), (70, 130, 180), np.uint8)
    for split, count in (("train", 5), ("val", 3)):
        for i in range(count):
            write_png(tmp_path / f"{split}_label" / f"scene_{i}.png", sky)
    quick_check(config)
    batch = next(iter(make_dataset(config, "train", 5)))
    assert (batch["label_map"].numpy() == 1).all()

    sky[3:40, 5] = (71, 130, 180)
    write_png(tmp_path / "train_label" / "scene_1.png", sky)
    with pytest.raises(tf.errors.OpError) as failure:
        for _ in make_dataset(config, "train", 5).take(2):
            pass
    line = str(explain_failure(config, "train", failure.value))
    assert "scene_1.png holds the colour (71, 130, 180)" in line
    assert "nearest is (70, 130, 180) 'sky'" in line
    with pytest.raises(UserError, match="scene_1"):
        quick_check(config)


def test_255_without_a_dont_care_label(tmp_path):
    config = custom_set(tmp_path)
    write_png(tmp_path / "train_label" / "scene_0.png", np.full((40, 48), 255, np.uint8))
    with pytest.raises(UserError, match="data.has_dont_care=true and data.num_labels=6"):
        quick_check(config)
    config = replace(replace(config, "data.has_dont_care", True), "data.num_labels", 6)
    quick_check(config)


def test_an_error_that_no_file_explains_keeps_its_first_line(tmp_path):
    config = custom_set(tmp_path)
    error = explain_failure(config, "train", RuntimeError("out of memory\nat some place"))
    assert str(error) == (
        "TensorFlow failed, and no file of the train data explains it: out of memory"
    )
