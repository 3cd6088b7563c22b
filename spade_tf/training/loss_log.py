"""The losses of a run: a line of means every few steps, and their curves as a picture."""

import json
import pathlib
from collections.abc import Mapping

import numpy as np

from spade_tf.files import beside, write_beside


class LossLog:
    """Collects every step's terms and writes their means to a file of JSON lines."""

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._pending: dict[str, list[float]] = {}

    def forget_after(self, step: int) -> None:
        """Drops lines of steps that a restored checkpoint has not yet taken."""
        if self.path.is_file():
            lines = [r for r in read_losses(self.path) if r["step"] <= step]
            write_beside(self.path, "".join(json.dumps(line) + "\n" for line in lines))

    def add(self, terms: Mapping[str, np.ndarray]) -> None:
        """Takes each term's values of some steps."""
        for name, values in terms.items():
            self._pending.setdefault(name, []).extend(values.tolist())

    def write(self, step: int, images_seen: int) -> dict[str, float]:
        """Appends the means since the last line and returns them."""
        means = {name: float(np.mean(values)) for name, values in self._pending.items() if values}
        self._pending = {}
        if means:
            with self.path.open("a") as file:
                file.write(json.dumps({"step": step, "images": images_seen, **means}) + "\n")
        return means


def read_losses(path: pathlib.Path) -> list[dict]:
    """Lines of a loss log; a last line cut short by a crash is left out."""
    rows = []
    for line in path.read_text().splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows


def draw_loss_curves(path: pathlib.Path, picture: pathlib.Path) -> None:
    """Draws every term over the images seen, faint, with a running mean, one panel a term."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows = read_losses(path) if path.is_file() else []
    names = [name for name in (rows[-1] if rows else {}) if name not in ("step", "images")]
    if not names:
        return
    columns = min(3, len(names))
    lines = -(-len(names) // columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(4 * columns, 2.6 * lines), squeeze=False, layout="constrained"
    )
    for axis, name in zip(axes.flat, names, strict=False):
        points = [(row["images"], row[name]) for row in rows if name in row]
        images, values = np.array(points).T
        axis.plot(images, values, color="tab:blue", alpha=0.3, linewidth=0.8)
        axis.plot(images, running_mean(values), color="tab:blue", linewidth=1.6)
        axis.set_title(name)
        axis.set_xlabel("images seen")
        axis.grid(alpha=0.3)
    for axis in axes.flat[len(names) :]:
        axis.set_visible(False)
    with beside(picture) as partial:
        figure.savefig(partial, dpi=110, format="png")
    plt.close(figure)


def running_mean(values: np.ndarray, share: float = 0.05) -> np.ndarray:
    """Means over a window of `share` of all values, shorter at both ends."""
    reach = int(len(values) * share / 2)
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first = np.maximum(np.arange(len(values)) - reach, 0)
    last = np.minimum(np.arange(len(values)) + reach + 1, len(values))
    return (sums[last] - sums[first]) / (last - first)
