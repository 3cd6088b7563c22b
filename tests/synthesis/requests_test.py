import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.synthesis import Request, find_requests
from tests.data.small_sets import write_png

MAP = np.zeros((4, 4), np.uint8)


def write(folder, *names):
    return [write_png(folder / name, MAP) for name in names]


def test_one_file(tmp_path):
    (label,) = write(tmp_path, "deep/a.png")
    assert find_requests(label, None) == [Request("a", label)]
    (instance,) = write(tmp_path, "instances/other.png")
    assert find_requests(label, instance) == [Request("a", label, instance)]


def test_a_folder_with_sub_folders_in_natural_order(tmp_path):
    ten, two, deep = write(tmp_path, "m_10.png", "m_2.png", "b/c/m.png")
    found = find_requests(str(tmp_path), None)
    assert found == [Request("b/c/m", deep), Request("m_2", two), Request("m_10", ten)]


def test_instance_maps_are_found_by_name(tmp_path):
    labels = write(tmp_path / "labels", "a.png", "b/a.png")
    instances = write(tmp_path / "instances", "a.png", "b/a.png", "unused.png")
    found = find_requests(str(tmp_path / "labels"), str(tmp_path / "instances"))
    assert found == [Request("a", labels[0], instances[0]), Request("b/a", labels[1], instances[1])]


def test_one_file_with_a_folder_of_instance_maps(tmp_path):
    (label,) = write(tmp_path / "labels", "a.png")
    instance, _ = write(tmp_path / "instances", "a.png", "b.png")
    assert find_requests(label, str(tmp_path / "instances")) == [Request("a", label, instance)]


def test_what_is_missing_is_named(tmp_path):
    label, _ = write(tmp_path / "labels", "a.png", "b.png")
    (instance,) = write(tmp_path / "instances", "a.png")
    (tmp_path / "empty").mkdir()
    labels, instances, empty, missing = (
        str(tmp_path / name) for name in ("labels", "instances", "empty", "missing")
    )
    for arguments, message in [
        ((missing, None), f"--labels={missing} is neither a file nor a folder"),
        ((label, missing), f"--instances={missing} is neither a file nor a folder"),
        ((empty, None), f"{empty} holds no label maps (.png); it is empty"),
        ((labels, instances), f"no instance map in {instances} for b;"),
        ((labels, instance), f"--instances={instance} is a file, but --labels={labels} is a fold"),
    ]:
        with pytest.raises(UserError) as error:
            find_requests(*arguments)
        assert message in str(error.value)
