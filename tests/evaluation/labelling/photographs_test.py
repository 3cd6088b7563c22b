import threading

import numpy as np
import pytest
from PIL import Image

from spade_tf.errors import UserError
from spade_tf.evaluation.labelling.photographs import (
    MOST_WAITING,
    ORIENTATION,
    Photograph,
    read_ahead,
    read_photograph,
    same_size,
    save_photograph,
)
from tests.evaluation.labelling.photos import make_photograph, write_photograph


def photograph(size, name="a"):
    return Photograph(name, "", np.zeros((*size, 3), np.uint8), False)


def test_a_jpeg_of_a_good_size_stays_as_it_was(tmp_path):
    path = write_photograph(tmp_path / "a.jpg")
    read = read_photograph("a", str(path), 12)
    assert read.image.shape == (12, 16, 3) and read.image.dtype == np.uint8
    assert read.as_it_was
    save_photograph(read, tmp_path / "out" / "b.jpg")
    assert (tmp_path / "out" / "b.jpg").read_bytes() == path.read_bytes()


def test_a_large_one_is_scaled_to_its_shorter_side(tmp_path):
    path = write_photograph(tmp_path / "a.jpg", 40, 80)
    assert read_photograph("a", str(path), 0).image.shape == (40, 80, 3)
    read = read_photograph("a", str(path), 16)
    assert read.image.shape == (16, 32, 3) and not read.as_it_was
    save_photograph(read, tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as saved:
        assert (saved.format, saved.size) == ("JPEG", (32, 16))
        np.testing.assert_allclose(np.asarray(saved, int), read.image, atol=12)  # edges of a JPEG


def test_one_that_its_exif_tag_turns_is_saved_upright(tmp_path):
    tag = Image.Exif()
    tag[ORIENTATION] = 6  # seen upright, the stored left side is on top
    make_photograph().save(tmp_path / "a.jpg", exif=tag, quality=95)
    read = read_photograph("a", str(tmp_path / "a.jpg"), 0)
    assert read.image.shape == (16, 12, 3)
    assert read.image[:, -1].mean() > 200 and read.image[:, 0].mean() < 60  # the top is right
    save_photograph(read, tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as saved:
        assert saved.size == (12, 16) and saved.getexif().get(ORIENTATION, 1) == 1


@pytest.mark.parametrize(("mode", "suffix"), [("L", ".jpg"), ("CMYK", ".jpg"), ("RGBA", ".png")])
def test_other_colours_become_rgb(tmp_path, mode, suffix):
    path = tmp_path / f"a{suffix}"
    make_photograph().convert(mode).save(path)
    read = read_photograph("a", str(path), 0)
    assert read.image.shape == (12, 16, 3) and not read.as_it_was
    save_photograph(read, tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as saved:
        assert saved.mode == "RGB"


def test_what_is_no_photograph(tmp_path):
    path = write_photograph(tmp_path / "a.jpg", 200, 200)
    path.write_bytes(path.read_bytes()[:700])
    (tmp_path / "b.jpg").write_text("dear diary")
    for name in ("a", "b", "missing"):
        with pytest.raises(UserError, match=f"{name}.jpg"):
            read_photograph(name, str(tmp_path / f"{name}.jpg"), 0)


def test_batches_hold_one_size(tmp_path):
    wide, tall = (2, 4), (4, 2)
    photographs = [photograph(size) for size in (wide, tall, wide, wide, tall, wide, wide)]
    batches = [[p.image.shape[:2] for p in batch] for batch in same_size(photographs, 2)]
    assert batches == [[wide] * 2, [tall] * 2, [wide] * 2, [wide]]


def test_few_photographs_wait_when_all_sizes_differ():
    taken = []

    def photographs():
        for i in range(3 * MOST_WAITING):
            taken.append(i)
            yield photograph((i + 1, 1))

    batches = same_size(photographs(), 2)
    next(batches)
    assert len(taken) == MOST_WAITING
    assert sum(map(len, batches)) == 3 * MOST_WAITING - 1


def test_reading_ahead_keeps_the_order_and_does_not_run_away():
    started, may_go_on = [], threading.Event()

    def read(item):
        started.append(item)
        if item == 0:
            assert may_go_on.wait(10)  # the first is the last to be ready
        return item * item

    squares = read_ahead(read, iter(range(500)))
    threading.Timer(0.05, may_go_on.set).start()
    assert next(squares) == 0
    assert len(started) < 250
    assert list(squares) == [i * i for i in range(1, 500)]
