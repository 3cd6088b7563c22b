from collections import Counter

import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.labelling.photo_folders import PhotoFolders, assign_splits, read_rejected


def test_one_in_41_photographs_is_for_validation():
    names = [f"photo_{i}" for i in range(4100)]
    splits = assign_splits(names, {"photo_7"})
    counts = Counter(splits.values())
    assert splits["photo_7"] == "rejected" and counts["rejected"] == 1
    assert 70 <= counts["val"] <= 130  # 100 expected, +- 3 standard deviations of 10
    fewer = assign_splits(names[:2000], ())
    assert all(splits[name] == split for name, split in fewer.items() if name != "photo_7")


def test_a_few_photographs_have_one_for_validation():
    assert sorted(assign_splits("abcde", "a").values()) == ["rejected"] + ["train"] * 3 + ["val"]
    assert assign_splits("a", ()) == {"a": "train"}


def test_files_follow_their_split(tmp_path):
    folders = PhotoFolders(tmp_path)
    for path in (folders.image("train", "lakes/a"), folders.label("train", "lakes/a")):
        path.parent.mkdir(parents=True)
        path.write_text(path.suffix)
    for split in ("train", "rejected", "val"):
        folders.settle("lakes/a", split)
        files = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
        assert list(map(str, files)) == [f"{split}_img/lakes/a.jpg", f"{split}_label/lakes/a.png"]
        assert folders.label(split, "lakes/a").read_text() == ".png"


def test_names_to_leave_out(tmp_path):
    path = tmp_path / "rejected.txt"
    path.write_text("lakes/ä 1\n\n  b \ngone\n", encoding="utf-8")
    assert read_rejected(path, {"lakes/ä 1", "b", "c"}) == ["lakes/ä 1", "b", "gone"]
    path.write_text("")
    assert read_rejected(path, {"a"}) == []


def test_a_file_of_something_else(tmp_path):
    path = tmp_path / "rejected.txt"
    path.write_text("a.jpg\n")
    with pytest.raises(UserError, match="names none of the photographs.*such as a, but.*'a.jpg'"):
        read_rejected(path, {"a"})
    with pytest.raises(UserError, match="cannot read"):
        read_rejected(tmp_path / "missing.txt", {"a"})
