"""Batches of noise that a small model is trained on, and what its variables then hold."""

import numpy as np

LABELS = 5


def make_batch(size: int = 2, seed: int = 1, side: int = 32) -> dict[str, np.ndarray]:
    """A global batch of `size` squares; instances are squares of 8x8."""
    rng = np.random.default_rng(seed)
    instances = np.kron(rng.integers(0, 3, (size, side // 8, side // 8)), np.ones((8, 8)))
    return {
        "label_map": rng.integers(0, LABELS, (size, side, side)).astype("int32"),
        "instance_map": instances.astype("int32"),
        "image": rng.uniform(-1, 1, (size, side, side, 3)).astype("float32"),
    }


def values_of(variables) -> dict[str, np.ndarray]:
    """Values by the paths of their variables."""
    return {v.path: v.numpy() for v in variables}
