"""Pairing files by name."""

import pytest

from spade_tf.data.listing import Example, UnpairedError, list_files, natural_key, pair
from spade_tf.errors import UserError


def test_natural_order():
    assert sorted(["b", "a10", "a9", "a1b"], key=natural_key) == ["a1b", "a9", "a10", "b"]


def test_files_are_found_below_a_folder_but_not_hidden_ones(tmp_path):
    for name in ("a10.png", "a9.PNG", "city/c.png", "._a9.png", ".git/d.png", "note.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = list_files(tmp_path, (".png",), "label maps")
    assert list(found) == ["a9", "a10", "city/c"]
    assert found["city/c"] == str(tmp_path / "city" / "c.png")


def test_folders_without_files_say_what_they_hold(tmp_path):
    with pytest.raises(UserError, match="no folder .*missing .*label maps"):
        list_files(tmp_path / "missing", (".png",), "label maps")
    with pytest.raises(UserError, match="holds no label maps .*it is empty"):
        list_files(tmp_path, (".png",), "label maps")
    (tmp_path / "map.gif").write_bytes(b"")
    with pytest.raises(UserError, match=r"holds no label maps \(.png\); it holds map.gif"):
        list_files(tmp_path, (".png",), "label maps")


def test_two_photographs_of_one_name(tmp_path):
    for name in ("a.jpg", "a.png"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UserError, match="have the same name"):
        list_files(tmp_path, (".jpg", ".png"), "photographs")


def test_pairs():
    labels, images = {"a": "l/a.png", "b": "l/b.png"}, {"b": "i/b.jpg", "a": "i/a.jpg"}
    assert pair(labels, images, None) == [
        Example("a", "l/a.png", "i/a.jpg"),
        Example("b", "l/b.png", "i/b.jpg"),
    ]


def test_unpaired_files_are_named_up_to_five():
    labels = {f"n{i}": f"l/n{i}.png" for i in range(9)}
    images = {"n0": "i/n0.jpg", "extra": "i/extra.jpg"}
    with pytest.raises(UnpairedError) as error:
        pair(labels, images, {name: name for name in labels})
    assert "no photograph for n1, n2, n3, n4, n5 and 3 more (such as l/n1.png)" in str(error.value)
    assert "a photograph, but no label map, for extra" in error.value.problems[1]
    assert [example.name for example in error.value.paired] == ["n0"]
