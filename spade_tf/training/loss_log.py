"""The losses of a run: a line of means every few steps."""

import pathlib
from collections.abc import Mapping

import numpy as np

from spade_tf.training.json_lines import append_line


class LossLog:
    """Collects every step's terms and writes their means to a file of JSON lines."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._pending: dict[str, list[float]] = {}

    def add(self, terms: Mapping[str, np.ndarray]) -> None:
        """Takes each term's values of some steps."""
        for name, values in terms.items():
            self._pending.setdefault(name, []).extend(values.tolist())

    def write(self, step: int, images_seen: int) -> dict[str, float]:
        """Appends the means since the last line and returns them."""
        means = {name: float(np.mean(values)) for name, values in self._pending.items() if values}
        self._pending = {}
        if means:
            append_line(self.path, {"step": step, "images": images_seen, **means})
        return means
