import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.arrays import read_arrays, write_arrays


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "folder" / "a.npz"
    write_arrays(path, {"count": 3, "mean": np.arange(2.0)})
    arrays = read_arrays(path, ("count", "mean"), "numbers")
    assert arrays["count"] == 3 and arrays["mean"].tolist() == [0, 1]
    assert [file.name for file in path.parent.iterdir()] == ["a.npz"]


def npy(path):
    with path.open("wb") as file:
        np.save(file, np.zeros(2))


def torn(path):
    write_arrays(path, {"count": np.arange(1000)})
    path.write_bytes(path.read_bytes()[:-40])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.write_text("text"), "no whole .npz"),
        (lambda path: path.write_bytes(b""), "no whole .npz"),
        (lambda path: path.mkdir(), "no whole .npz"),
        (npy, "no whole .npz"),
        (torn, "no whole .npz"),
        (lambda path: write_arrays(path, {"other": 1}), r"holds \['other'\], expected \['count'\]"),
    ],
)
def test_other_files_are_refused(tmp_path, make, message):
    path = tmp_path / "a.npz"
    make(path)
    with pytest.raises(UserError, match=rf"a\.npz: {message}.*give numbers"):
        read_arrays(path, ["count"], "numbers")
