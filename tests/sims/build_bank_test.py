import sqlite3

import pytest

from spade_tf.errors import UserError
from spade_tf.sims import build_bank as building
from spade_tf.sims.build_bank import build_bank
from tests.sims.small_banks import block_set


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return block_set(tmp_path_factory.mktemp("set"))


@pytest.fixture(scope="module")
def whole(config, tmp_path_factory):
    return build_bank(config, tmp_path_factory.mktemp("bank") / "whole")


def rows(folder):
    index = sqlite3.connect(folder / "index.sqlite")
    return [index.execute(f"SELECT * FROM {t}").fetchall() for t in ("images", "segments")]


class Killed(BaseException):
    """What no code catches."""


def killed_after(count):
    """A progress that ends the build when `count` images are in it."""

    def progress(names, _):
        yield from names[:count]
        raise Killed

    return progress


def test_a_killed_build_goes_on(config, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(building, "IMAGES_PER_COMMIT", 2)
    folder, partial = tmp_path / "bank", tmp_path / ".bank.partial"
    with pytest.raises(Killed):
        build_bank(config, folder, killed_after(3))
    assert not folder.exists() and partial.is_dir()
    data = (partial / "segments.bin").read_bytes()
    left = []

    def progress(names, count):
        left.extend([names, count])
        return names

    build_bank(config, folder, progress)
    assert left == [["2", "3", "4"], 5]  # image 2 was not kept: two are at a time
    assert not partial.exists()
    assert rows(folder) == rows(whole.folder)
    assert (folder / "segments.bin").read_bytes() == (whole.folder / "segments.bin").read_bytes()
    assert (folder / "segments.bin").read_bytes().startswith(data)


def test_a_partial_of_other_settings_is_begun_again(config, tmp_path, monkeypatch):
    monkeypatch.setattr(building, "IMAGES_PER_COMMIT", 1)
    with pytest.raises(Killed):
        build_bank(config, tmp_path / "bank", killed_after(3))
    other = block_set(tmp_path / "set", images=2, model__thin_labels="label 2")
    bank = build_bank(other, tmp_path / "bank")
    assert bank.image_names == ["0", "1"] and bank.thin == [2]


def test_a_whole_one_is_opened_and_checked(config, whole):
    def progress(names, count):
        raise AssertionError("not built again")

    assert len(build_bank(config, whole.folder, progress)) == len(whole)
    other = block_set(whole.folder.parent / "other", images=2)
    with pytest.raises(UserError, match="holds a bank of other root, images; give another folder"):
        build_bank(other, whole.folder)


def test_a_whole_one_with_a_changed_byte(config, tmp_path):
    folder = tmp_path / "bank"
    build_bank(config, folder)
    data = bytearray((folder / "segments.bin").read_bytes())
    data[-1] ^= 1
    (folder / "segments.bin").write_bytes(data)
    with pytest.raises(UserError, match=r"segments.bin is damaged \(its SHA-256"):
        build_bank(config, folder)


def test_refuses_a_folder_with_other_things(config, tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(UserError, match="exists already and is no bank"):
        build_bank(config, tmp_path)


def test_refuses_thin_labels_that_there_are_not(tmp_path):
    config = block_set(tmp_path, images=1, model__thin_labels="label 1, pole")
    with pytest.raises(UserError, match=r"model.thin_labels names pole; the labels are label 0,"):
        build_bank(config, tmp_path / "bank")
