"""Numbers of the published networks, and the weights that they were made with.

`tests/testdata/networks/*.npz`: the networks in PyTorch, float32, on a CPU, run on small images.
`in/NAME` are images `[batch, height, width, 3]`, `out/NAME` what the network made of them;
`NAME_everyK` has channels 0, K, 2K, ... The weights are random and not stored: each tensor is drawn
from a generator that is seeded with the CRC-32 of its name.
"""

import json
import math
import pathlib
import zlib

import numpy as np

FOLDER = pathlib.Path(__file__).parents[2] / "testdata" / "networks"
RELATIVE = 1e-4


class NetworkVectors:
    """One file of numbers."""

    def __init__(self, name: str):
        self._arrays = np.load(FOLDER / f"{name}.npz")

    def __getitem__(self, key: str) -> np.ndarray:
        return self._arrays[key]

    def image(self, name: str) -> np.ndarray:
        """uint8 [batch, height, width, 3]."""
        return self._arrays[f"in/{name}"]

    def state(self) -> dict[str, np.ndarray]:
        """The state dict under the names of the published file; UperNet's with prefixes."""
        factor = float(self["factor"])
        keys = {"keys": "", "keys_encoder": "encoder.", "keys_decoder": "decoder."}
        state = {}
        for key, prefix in keys.items():
            if key in self._arrays:
                for name, shape in self._json(key):
                    state[prefix + name] = drawn(name, shape, factor)
        if "extra/up.weight" in self._arrays:
            state["up.weight"] = self["extra/up.weight"]
        self._check(state)
        return state

    def _check(self, state: dict[str, np.ndarray]) -> None:
        """A few tensors are as they were when the numbers were made."""
        for name, expected in self._json("recipe_check").items():
            assert list(state[name].shape) == expected["shape"]
            np.testing.assert_array_equal(state[name].ravel()[:4], np.float32(expected["first"]))
            assert math.isclose(state[name].sum(dtype="float64"), expected["sum"], rel_tol=1e-6)

    def _json(self, key: str):
        return json.loads(self[key].tobytes())


def drawn(name: str, shape: list[int], factor: float) -> np.ndarray:
    """The random tensor of a name."""
    draw = np.random.RandomState(zlib.crc32(name.encode()))
    kind = name.rpartition(".")[2]
    if kind == "num_batches_tracked":
        return np.zeros(shape, np.int64)
    if kind == "_running_iter":
        return np.ones(shape, np.float32)
    if kind == "running_var":
        return np.float32(0.5 + draw.random_sample(shape))
    normal = draw.standard_normal(shape)
    if len(shape) > 1:
        return np.float32(normal * (factor * np.sqrt(2 / np.prod(shape[1:]))))
    return np.float32(1 + 0.1 * normal if kind == "weight" else 0.1 * normal)


def assert_agrees(ours, official: np.ndarray, relative: float = RELATIVE) -> None:
    """The largest difference is at most `relative` times the largest official number."""
    ours, official = np.asarray(ours, np.float64), np.asarray(official, np.float64)
    assert ours.shape == official.shape
    largest = np.abs(official).max()
    assert largest > 0
    off = np.abs(ours - official).max() / largest
    assert off <= relative, f"relative difference {off:.2e}"


def assert_same_labels(ours, official: np.ndarray) -> None:
    """Equal but for one pixel in a thousand: scores that tie may fall either way."""
    ours = np.asarray(ours)
    assert ours.shape == official.shape
    assert len(np.unique(official)) > 4
    assert np.mean(ours != official) <= 1e-3
