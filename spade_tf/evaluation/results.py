"""Results as lines of JSON that say what they are of, and as pictures."""

import datetime
import hashlib
import json
import math
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spade_tf.config import to_json
from spade_tf.errors import UserError
from spade_tf.evaluation import segmentation_scores
from spade_tf.evaluation.confusion import Confusion
from spade_tf.evaluation.evaluator import Evaluator, Value
from spade_tf.evaluation.image_sources import ImageSource
from spade_tf.evaluation.pictures import draw_class_iou, draw_confusion
from spade_tf.evaluation.segmentation import Segmentation
from spade_tf.files import write_beside


def describe(value: Value, source: ImageSource, evaluator: Evaluator) -> dict[str, Any]:
    """All about one value, as it is written: what it is, of what, by which protocol and weights."""
    config = evaluator.config
    metric = value.metric
    return {
        "metric": metric.name,
        "value": None if math.isnan(value.value) else value.value,
        "unit": metric.unit,
        "higher_is_better": metric.higher_is_better,
        **value.details,
        "num_images": evaluator.examples.count,
        "protocol": {"version": metric.version, **value.protocol},
        "source": dict(source.identity),
        "dataset": {
            "name": config.data.dataset,
            "split": evaluator.examples.split,
            "num_images": evaluator.examples.count,
            "names_sha256": evaluator.examples.checksum(),
        },
        "config": config.name,
        "config_sha256": hashlib.sha256(to_json(config).encode()).hexdigest(),
        "weights_sha256": dict(value.weights),
        "time": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
    }


def write_lines(path: pathlib.Path, results: Sequence[Mapping[str, Any]]) -> None:
    """One JSON object a line, whole or not at all."""
    lines = [json.dumps(result, ensure_ascii=False, allow_nan=False) for result in results]
    write_beside(path, "".join(f"{line}\n" for line in lines))


def read_lines(path: pathlib.Path) -> list[dict[str, Any]]:
    """What `write_lines` wrote.

    Raises:
      UserError: no such file, or a file of something else.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        results = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise UserError(
            f"{path} holds no results ({error}); spade_tf.evaluate writes them"
        ) from None
    if not all(isinstance(result, dict) and "metric" in result for result in results):
        raise UserError(f"{path} holds lines that are no results; spade_tf.evaluate writes them")
    return results


def draw(
    path: pathlib.Path, confusion: Confusion, segmentation: Segmentation
) -> list[pathlib.Path]:
    """IoU of each class, and what was taken for what, beside the results' file; their paths."""
    scores = segmentation_scores.RULES[segmentation.rule](confusion)
    if np.isnan(scores.class_iou).all():
        return []
    bars = path.with_name(f"{path.stem}_class_iou.png")
    cells = path.with_name(f"{path.stem}_confusion.png")
    title = f"mIoU {100 * scores.miou:.1f} %, accuracy {100 * scores.accuracy:.1f} %"
    draw_class_iou({title: scores.class_iou}, segmentation.class_names, bars)
    draw_confusion(confusion, segmentation.class_names, cells, title)
    return [bars, cells]


def summary(value: Value) -> str:
    """One line for people."""
    unit = " %" if value.metric.unit == "%" else ""
    better = "higher" if value.metric.higher_is_better else "lower"
    text = f"{value.metric.name:28} {value.value:10.4g}{unit}  ({better} is better)"
    warning = value.details.get("warning")
    return f"{text}\n{'':28} {warning}" if warning else text
