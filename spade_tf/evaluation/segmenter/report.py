"""What is written about a segmenter: its scores as one line, and pictures."""

import json
import math
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from spade_tf.config import Config
from spade_tf.data.colors import colorize
from spade_tf.data.labels import label_names, palette
from spade_tf.evaluation.confusion import Confusion
from spade_tf.evaluation.pictures import draw_class_iou, draw_confusion
from spade_tf.evaluation.segmentation_scores import SegmentationScores
from spade_tf.evaluation.segmenter.card import SegmenterCard
from spade_tf.evaluation.segmenter.validation import Judged
from spade_tf.files import write_beside
from spade_tf.pictures import save_png, sheet

RULE = "cocostuff"
"""The mean is over the classes that occur; see `segmentation_scores`."""


def write_report(
    folder: pathlib.Path,
    card: SegmenterCard,
    confusion: Confusion,
    scores: SegmentationScores,
    shown: Judged,
    config: Config,
) -> None:
    """Writes scores.json (one line), class_iou.png, confusion.png and validation.png.

    Args:
      card: of the saved segmenter.
      confusion, scores: of all validation images.
      shown: the images of the sheet photograph | truth | prediction.
      config: whose data they are.
    """
    line = scores_line(card, confusion, scores)
    write_beside(folder / "scores.json", json.dumps(line) + "\n")
    title = f"{card.config}, {confusion.num_images} validation images"
    draw_class_iou({title: scores.class_iou}, card.label_names, folder / "class_iou.png")
    draw_confusion(confusion, card.label_names, folder / "confusion.png", title)
    save_png(_sheet(shown, config), folder / "validation.png")


def scores_line(
    card: SegmenterCard, confusion: Confusion, scores: SegmentationScores
) -> dict[str, Any]:
    """The scores with what they depend on, for JSON; what is undefined is None."""
    names = ("miou", "accuracy", "mean_accuracy", "frequency_weighted_iou")
    return {
        "config": card.config,
        "dataset": card.dataset,
        "split": "val",
        "num_images": confusion.num_images,
        "rule": RULE,
        **{name: _rounded(getattr(scores, name)) for name in names},
        "class_iou": dict(
            zip(card.label_names, map(_rounded, scores.class_iou.tolist()), strict=True)
        ),
        "steps": card.steps,
        "batch_size": card.batch_size,
        "seed": card.seed,
        "version": card.version,
        "checksum": card.checksum,
    }


def pick(parts: Sequence[Judged], count: int) -> Judged:
    """At most `count` of all images, evenly spread."""
    whole = Judged(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("images", "label_maps", "predictions")
        )
    )
    total = len(whole.images)
    chosen = np.linspace(0, total - 1, min(count, total)).round().astype(int)
    return Judged(whole.images[chosen], whole.label_maps[chosen], whole.predictions[chosen])


def _sheet(shown: Judged, config: Config) -> np.ndarray:
    colors = palette(config)
    columns = {
        "photograph": list(shown.images),
        "truth": list(colorize(shown.label_maps, colors)),
        "prediction": list(colorize(shown.predictions, colors)),
    }
    present = np.concatenate([shown.label_maps.ravel(), shown.predictions.ravel()])
    return sheet(columns, present, label_names(config), colors)


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)
