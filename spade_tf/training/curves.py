"""Curves of a run as a picture, one panel for each name."""

import pathlib

import numpy as np

from spade_tf.files import beside
from spade_tf.training.json_lines import read_lines


def draw_curves(path: pathlib.Path, picture: pathlib.Path, scale: str = "linear") -> None:
    """Draws every name of a file of JSON lines over the images seen, faint, with a running mean.

    Without lines it draws nothing. `scale` is matplotlib's, of the values.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    rows = read_lines(path)
    names = [name for name in (rows[-1] if rows else {}) if name not in ("step", "images")]
    if not names:
        return
    columns = min(3, len(names))
    lines = -(-len(names) // columns)
    figure, axes = plt.subplots(
        lines, columns, figsize=(4 * columns, 2.6 * lines), squeeze=False, layout="constrained"
    )
    for axis, name in zip(axes.flat, names, strict=False):
        points = [(row["images"], row[name]) for row in rows if row.get(name) is not None]
        images, values = np.array(points).reshape(-1, 2).T
        axis.plot(images, values, color="tab:blue", alpha=0.3, linewidth=0.8)
        axis.plot(images, running_mean(values), color="tab:blue", linewidth=1.6)
        axis.set_title(name)
        axis.set_xlabel("images seen")
        axis.set_yscale(scale)
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
