import hashlib

import keras
import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.networks import build, weights
from spade_tf.evaluation.networks.weights import WeightFile, find_weights, load_network
from spade_tf.pytorch import PublishedNetwork

SHAPES = {"a.weight": (2, 3, 1, 1), "a.bias": (2,)}


class Small(PublishedNetwork):
    def __init__(self):
        super().__init__()
        self.first = keras.layers.Conv2D(2, 1, name="one.a")
        self.second = keras.layers.Conv2D(2, 1, name="two.a")

    def call(self, image):
        return self.first(image) + self.second(image)


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A network of two files, the first with a checksum, in a folder of weights that is empty."""
    files = (
        WeightFile("one.npz", "http://site.org/one.npz", prefix="one."),
        WeightFile("two_*.npz", "http://site.org/", prefix="two."),
    )
    monkeypatch.setitem(build.NETWORKS, "small", Small)
    monkeypatch.setitem(weights.WEIGHT_FILES, "small", files)
    monkeypatch.setenv("SPADE_WEIGHTS", str(tmp_path))
    return tmp_path / "small"


def write(folder, name, value):
    folder.mkdir(exist_ok=True)
    np.savez(folder / name, **{key: np.full(shape, value) for key, shape in SHAPES.items()})


def test_files_come_together_under_their_prefixes(small):
    write(small, "one.npz", 1.0)
    write(small, "two_epoch_7.npz", 2.0)
    network = load_network("small")
    np.testing.assert_array_equal(network.first.bias, [1, 1])
    np.testing.assert_array_equal(network.second.bias, [2, 2])
    assert find_weights("small", small) == [small / "one.npz", small / "two_epoch_7.npz"]


def test_a_missing_file_says_where_to_get_it(small):
    with pytest.raises(UserError) as caught:
        load_network("small")
    message = str(caught.value)
    assert f"not in {small}" in message
    assert f"--output '{small / 'one.npz'}' http://site.org/one.npz" in message
    assert f"two_*.npz from http://site.org/ into {small}" in message
    assert "SPADE_WEIGHTS=FOLDER, with a folder small in it" in message
    write(small, "one.npz", 1.0)
    with pytest.raises(UserError) as caught:
        load_network("small")
    assert "one.npz" not in str(caught.value)


def test_two_files_that_could_be_meant(small):
    for name in ("one.npz", "two_1.npz", "two_2.npz"):
        write(small, name, 1.0)
    with pytest.raises(UserError, match="Leave one of two_1.npz, two_2.npz"):
        load_network("small")


def test_one_file_for_a_network_of_two(small):
    write(small, "one.npz", 1.0)
    with pytest.raises(UserError, match="give the folder of both"):
        load_network("small", small / "one.npz")


def test_a_file_of_another_network_is_named(small):
    write(small, "one.npz", 1.0)
    np.savez(small / "two_1.npz", **{"a.weight": np.ones((2, 3, 1, 1)), "b.bias": np.ones(2)})
    with pytest.raises(UserError) as caught:
        load_network("small")
    message = str(caught.value)
    assert str(small / "two_1.npz") in message
    assert "missing: two.a.bias (2,)" in message and "unknown: two.b.bias (2,)" in message


def test_a_damaged_file(small):
    write(small, "one.npz", 1.0)
    (small / "two_1.npz").write_bytes(b"cut")
    with pytest.raises(UserError, match="two_1.npz is no readable .npz file"):
        load_network("small")


def test_checksums(small, monkeypatch):
    write(small, "one.npz", 1.0)
    write(small, "two_1.npz", 1.0)
    content = (small / "one.npz").read_bytes()
    right = hashlib.sha256(content).hexdigest()
    assert weights.checksums([small / "one.npz"]) == {"one.npz": right}
    second = weights.WEIGHT_FILES["small"][1]
    for known in (right, "0" * 64):
        first = WeightFile("one.npz", "http://site.org/one.npz", known, "one.")
        monkeypatch.setitem(weights.WEIGHT_FILES, "small", (first, second))
        if known == right:
            load_network("small")
            continue
        with pytest.raises(UserError, match=f"its SHA-256 is {right}, not 0000"):
            load_network("small")


def test_a_pytorch_file(small, monkeypatch):
    torch = pytest.importorskip("torch")
    small.mkdir()
    state = {name: torch.full(shape, 3.0) for name, shape in SHAPES.items()}
    state = {f"module.two.{name}": value for name, value in state.items()}
    state |= {name.replace("two", "one"): value for name, value in state.items()}
    torch.save(state, small / "both.pth")
    monkeypatch.setitem(weights.WEIGHT_FILES, "small", (WeightFile("both.pth", "x"),))
    np.testing.assert_array_equal(load_network("small", small / "both.pth").second.bias, [3, 3])


def test_every_network_has_files():
    assert weights.WEIGHT_FILES.keys() == build.NETWORKS.keys()
    for files in weights.WEIGHT_FILES.values():
        for file in files:
            assert file.source.startswith("http") and len(file.sha256) in (0, 64)


def test_an_unknown_network():
    with pytest.raises(UserError, match="write one of deeplab_v2"):
        find_weights("vgg")
