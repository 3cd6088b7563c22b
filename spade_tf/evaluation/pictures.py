"""Pictures of segmentation scores: IoU of each class as bars, and what was taken for what."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spade_tf.errors import UserError
from spade_tf.evaluation.confusion import Confusion
from spade_tf.files import beside

MAX_CLASSES = 40
"""Rows of a confusion picture; more could not be read."""

MAX_CLASSES_WITH_NUMBERS = 20


def draw_class_iou(
    scores: Mapping[str, np.ndarray], names: Sequence[str], picture: pathlib.Path
) -> None:
    """A bar for each class and method, the classes in order of the first method's IoU.

    Classes of which no method has an IoU, because they do not occur, have no bar.

    Args:
      scores: title of each method to its classes' IoU, [num_classes], NaN where undefined.
      names: of all classes.
      picture: a PNG file.

    Raises:
      UserError: not as many names as classes, or no class occurs.
    """
    for row in scores.values():
        _check_names(names, len(row))
    values = np.array(list(scores.values()), np.float64)
    shown = np.flatnonzero(~np.isnan(values).all(axis=0))
    if not shown.size:
        raise UserError("no class has an IoU: all labels are to be ignored")
    shown = shown[np.argsort(-np.nan_to_num(values[0, shown]), kind="stable")]
    plt = _pyplot()
    thickness = 0.8 / len(scores)
    height = 1.2 + 0.2 * len(shown) * (1 + 0.4 * (len(scores) - 1))
    figure, axis = plt.subplots(figsize=(7, height), layout="constrained")
    for method, (title, row) in enumerate(zip(scores, values[:, shown], strict=True)):
        places = np.arange(len(shown)) + (method - (len(scores) - 1) / 2) * thickness
        axis.barh(places, 100 * np.nan_to_num(row), thickness, label=title)
    axis.set_yticks(range(len(shown)), [names[i] for i in shown], fontsize="small")
    axis.set_ylim(len(shown) - 0.5, -0.5)
    axis.set_xlim(0, 100)
    axis.set_xlabel("IoU, %")
    axis.grid(axis="x", alpha=0.3)
    axis.set_axisbelow(True)
    figure.legend(loc="outside upper left", fontsize="small")
    _save(figure, picture)


def draw_metric_curves(lines: Sequence[Mapping[str, Any]], picture: pathlib.Path) -> None:
    """Each metric over the training steps, its best value marked.

    Args:
      lines: results, each with `metric`, `value`, `unit`, `higher_is_better` and `step`.
      picture: a PNG file.
    """
    names = list(dict.fromkeys(line["metric"] for line in lines))
    plt = _pyplot()
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(4 * columns, 2.8 * rows), squeeze=False, layout="constrained"
    )
    for axis, name in zip(axes.flat, names, strict=False):
        own = [line for line in lines if line["metric"] == name and line["value"] is not None]
        steps, values = [line["step"] for line in own], [line["value"] for line in own]
        axis.plot(steps, values, marker=".")
        if own:
            place = int((np.argmax if own[0]["higher_is_better"] else np.argmin)(values))
            axis.plot(steps[place], values[place], "o", color="tab:red")
            axis.annotate(f"{values[place]:.4g}", (steps[place], values[place]), fontsize="small")
            axis.set_ylabel(own[0]["unit"])
        axis.set_title(name)
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
    for axis in axes.flat[len(names) :]:
        axis.set_visible(False)
    _save(figure, picture)


def draw_confusion(
    confusion: Confusion, names: Sequence[str], picture: pathlib.Path, title: str = ""
) -> None:
    """Which share of each class's pixels was taken for which class.

    Classes that neither occur nor were predicted are left out; of more than MAX_CLASSES the most
    frequent are shown.

    Args:
      confusion: counted over all images.
      names: of all classes.
      picture: a PNG file.
      title: above the picture.

    Raises:
      UserError: not as many names as classes, or no class occurs.
    """
    _check_names(names, confusion.num_classes)
    matrix = confusion.matrix
    shown = classes_to_show(matrix)
    if not shown.size:
        raise UserError("the confusion is empty: all labels are to be ignored")
    percent = 100 * matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True))
    percent = percent[np.ix_(shown, shown)]
    plt = _pyplot()
    side = 2.5 + 0.28 * len(shown)
    figure, axis = plt.subplots(figsize=(side + 1, side), layout="constrained")
    image = axis.imshow(percent, cmap="Blues", vmin=0, vmax=100)
    ticks, labels = range(len(shown)), [names[i] for i in shown]
    axis.set_xticks(ticks, labels, rotation=90, fontsize="small")
    axis.set_yticks(ticks, labels, fontsize="small")
    axis.set_xlabel("predicted")
    axis.set_ylabel("label map")
    if len(shown) <= MAX_CLASSES_WITH_NUMBERS:
        _write_numbers(axis, percent)
    bar = figure.colorbar(image, ax=axis, shrink=0.7)
    bar.set_label("% of the class's pixels")
    left_out = int(np.count_nonzero(_pixels(matrix)) - len(shown))
    remark = f"{left_out} rarer classes left out" if left_out else ""
    axis.set_title("\n".join(line for line in (title, remark) if line), fontsize="medium")
    _save(figure, picture)


def classes_to_show(matrix: np.ndarray) -> np.ndarray:
    """The at most MAX_CLASSES most frequent classes, in order of their ids."""
    pixels = _pixels(matrix)
    frequent = np.argsort(-pixels, kind="stable")[:MAX_CLASSES]
    return np.sort(frequent[pixels[frequent] > 0])


def _pixels(matrix: np.ndarray) -> np.ndarray:
    """Pixels that are of each class or were taken for it."""
    return matrix.sum(axis=1) + matrix.sum(axis=0)


def _write_numbers(axis: Any, percent: np.ndarray) -> None:
    for row, column in np.argwhere(percent >= 0.5):
        value = percent[row, column]
        color = "white" if value > 50 else "black"
        axis.text(column, row, f"{value:.0f}", ha="center", va="center", color=color, fontsize=7)


def _check_names(names: Sequence[str], num_classes: int) -> None:
    if len(names) != num_classes:
        raise UserError(f"{len(names)} names of {num_classes} classes; give one for each class")


def _pyplot() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    return plt


def _save(figure: Any, picture: pathlib.Path) -> None:
    with beside(picture) as partial:
        figure.savefig(partial, dpi=110, format="png")
    _pyplot().close(figure)
