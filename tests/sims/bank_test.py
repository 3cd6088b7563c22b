import json
import shutil

import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.sims.bank import Bank, check_fits
from spade_tf.sims.build_bank import build_bank
from spade_tf.sims.signature import signature
from tests.sims.small_banks import BLOCK, GROUND, SKY, block_set, layout, photograph


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    return build_bank(block_set(root), root / "bank")


@pytest.fixture
def copy(bank, tmp_path):
    return shutil.copytree(bank.folder, tmp_path / "bank")


def test_every_segment_of_every_image(bank):
    assert len(bank) == 15
    assert bank.image_names == ["0", "1", "2", "3", "4"]
    assert bank.labels.tolist() == [SKY] * 5 + [GROUND] * 5 + [BLOCK] * 5
    assert bank.images.tolist() == [0, 1, 2, 3, 4] * 3
    assert (bank.of_label(GROUND), bank.of_label(3)) == (slice(5, 10), slice(15, 15))
    assert (bank.height, bank.width, bank.nothing, bank.thin) == (32, 32, 3, [])


def test_a_segment_is_as_it_was_in_its_image(bank):
    for number, image in ((0, 0), (7, 2), (13, 3)):
        segment = bank.segment(number)
        assert segment.label == bank.labels[number]
        np.testing.assert_array_equal(segment.on(32, 32), layout(image) == segment.label)
        expected = photograph(image)[segment.box] * segment.mask[..., np.newaxis]
        np.testing.assert_array_equal(bank.pixels(number), expected)
        assert bank.areas[number] == segment.area == segment.mask.sum()
        rows, columns = segment.box
        assert bank.boxes[number].tolist() == [rows.start, columns.start, rows.stop, columns.stop]
        np.testing.assert_array_equal(bank.signatures[number], signature(segment.on(32, 32)))


def test_pixels_of_each_label(bank):
    maps = np.stack([layout(k) for k in range(5)])
    assert bank.label_pixels == [np.count_nonzero(maps == label) for label in range(4)]


def test_nothing_to_read(tmp_path):
    with pytest.raises(UserError, match=r"is no memory bank: .*tools.build_bank .*--output="):
        Bank(tmp_path)


def test_another_format(copy):
    head = json.loads((copy / "bank.json").read_text())
    (copy / "bank.json").write_text(json.dumps(head | {"format": 99}))
    with pytest.raises(UserError, match="is of format 99, this program reads 1"):
        Bank(copy)


def test_a_head_that_is_cut_short(copy):
    (copy / "bank.json").write_text((copy / "bank.json").read_text()[:-40])
    with pytest.raises(UserError, match=r"bank.json is damaged"):
        Bank(copy)


@pytest.mark.parametrize("name", ["segments.bin", "index.sqlite"])
def test_a_file_that_is_missing_or_cut_short(copy, name):
    data = (copy / name).read_bytes()
    (copy / name).write_bytes(data[:-1])
    with pytest.raises(UserError, match=rf"{name} is damaged \(it has .* bytes"):
        Bank(copy)
    (copy / name).unlink()
    with pytest.raises(UserError, match=rf"{name} is damaged \(it is missing"):
        Bank(copy)


def test_an_index_that_is_no_database(copy):
    size = (copy / "index.sqlite").stat().st_size
    (copy / "index.sqlite").write_bytes(b"x" * size)
    with pytest.raises(UserError, match=r"index.sqlite is damaged \(file is not a database"):
        Bank(copy)


def test_a_changed_byte_is_found_when_it_is_read(copy):
    bank = Bank(copy)
    start, mask_bytes = bank._places[4, :2].tolist()
    data = bytearray((copy / "segments.bin").read_bytes())
    data[start + mask_bytes + 5] ^= 1
    (copy / "segments.bin").write_bytes(data)
    damaged = Bank(copy)
    damaged.segment(4)  # its masks are whole
    with pytest.raises(UserError, match=r"segments.bin is damaged \(the bytes of segment 4"):
        damaged.pixels(4)
    damaged.pixels(3)


def test_of_another_config(bank):
    check_fits(bank, 32, 32, bank.label_names)
    for height, names, what in (
        (64, bank.label_names, "32x32 pixels; the config has 32x64"),
        (32, ["a"], "4 labels; the config has 32x32 and 1 labels"),
        (32, ["a", "b", "c", "d"], "other label names"),
    ):
        with pytest.raises(UserError, match=what):
            check_fits(bank, height, 32, names)
