import os

import pytest

from spade_tf.errors import UserError
from spade_tf.files import beside, check_folder, folder_beside, write_beside


def test_a_file_is_written_whole_and_its_folder_made(tmp_path):
    path = tmp_path / "a" / "b" / "text.txt"
    write_beside(path, "one é")
    assert path.read_text(encoding="utf-8") == "one é"
    write_beside(path, "two")
    assert path.read_text() == "two"
    assert os.listdir(path.parent) == ["text.txt"]


def test_nothing_changes_until_all_is_written(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("before")
    with beside(path) as partial:
        partial.write_text("after")
        assert path.read_text() == "before"
        assert partial.parent == path.parent  # a rename between disks is no rename
    assert path.read_text() == "after"


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("before")
    with pytest.raises(KeyboardInterrupt), beside(path) as partial:
        partial.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["text.txt"]


def test_folders_that_can_be_made_pass_and_are_not_made(tmp_path):
    check_folder(tmp_path, "--output")
    check_folder(tmp_path / "a" / "b", "--output")
    assert os.listdir(tmp_path) == []


def test_a_file_or_a_dead_link_in_the_way_is_named(tmp_path):
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("")
    link.symlink_to(tmp_path / "gone")
    for path, obstacle in [(file, file), (file / "a" / "b", file), (link / "a", link)]:
        with pytest.raises(UserError) as error:
            check_folder(path, "--workdir")
        assert str(error.value).startswith(f"--workdir={path}: {obstacle} is no folder;")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="no permission to write in"):
        check_folder(tmp_path / "a", "--output")
    tmp_path.chmod(0o700)


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    path = tmp_path / "made" / "folder"
    with folder_beside(path) as partial:
        (partial / "file").write_text("x")
        assert not path.exists()
    assert (path / "file").read_text() == "x"
    with pytest.raises(RuntimeError), folder_beside(tmp_path / "other"):
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["made"]


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="exists already"), folder_beside(tmp_path):
        pass
    assert (tmp_path / "file").exists()
