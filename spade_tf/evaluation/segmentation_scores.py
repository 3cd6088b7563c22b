"""mIoU and accuracy: the three segmentation projects average differently, so each rule has a name.

From the same confusion matrix they give different figures, because of classes that occur in no
label map: `cocostuff` leaves them out, `cityscapes` leaves out those that were not predicted
either, `ade20k` counts them as 0.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from spade_tf.evaluation.confusion import Confusion


@dataclasses.dataclass(frozen=True)
class SegmentationScores:
    """Shares of 0..1; undefined ones are NaN.

    Attributes:
      miou: mean of the classes' intersection over union, by the rule of the project.
      accuracy: correct pixels among those that count.
      mean_accuracy: mean over the classes that occur of the share of their pixels found.
      frequency_weighted_iou: mean IoU weighted by the pixels that are of the class.
      class_iou: [num_classes] float64; NaN for a class neither present nor predicted.
    """

    miou: float
    accuracy: float
    mean_accuracy: float
    frequency_weighted_iou: float
    class_iou: np.ndarray


Rule = Callable[..., SegmentationScores]


def cocostuff(confusion: Confusion, *, count_ignored: bool = False) -> SegmentationScores:
    """Rule of deeplab-pytorch: the mean is over the classes that occur in the ground truth.

    Args:
      count_ignored: False, as published: pixels whose label is to be ignored do not count. True,
        for comparison: whatever is predicted there is an error, for accuracy and for the IoU of
        the predicted class.
    """
    iou = _class_iou(confusion, count_ignored)
    return _scores(confusion, count_ignored, iou, iou[confusion.matrix.sum(axis=1) > 0])


def ade20k(confusion: Confusion, *, count_ignored: bool = False) -> SegmentationScores:
    """Rule of semantic-segmentation-pytorch: the mean is over all classes, absent ones count 0.

    Its accuracy, a mean over images weighted by their valid pixels, is the accuracy over all
    pixels, but for its guard against division by zero (a relative 1e-12).

    Args:
      count_ignored: as in `cocostuff`.
    """
    iou = _class_iou(confusion, count_ignored, guard=1e-10)
    return _scores(confusion, count_ignored, iou, np.nan_to_num(iou))


def cityscapes(confusion: Confusion, *, count_ignored: bool = False) -> SegmentationScores:
    """Rule of drn: the mean leaves out classes neither present nor predicted.

    A class that is only predicted counts 0. The project prints percent.

    Args:
      count_ignored: as in `cocostuff`.
    """
    iou = _class_iou(confusion, count_ignored)
    return _scores(confusion, count_ignored, iou, iou[~np.isnan(iou)])


RULES: dict[str, Rule] = {"cocostuff": cocostuff, "ade20k": ade20k, "cityscapes": cityscapes}


def _class_iou(confusion: Confusion, count_ignored: bool, guard: float = 0.0) -> np.ndarray:
    matrix = confusion.matrix
    correct = np.diagonal(matrix)
    union = matrix.sum(axis=1) + matrix.sum(axis=0) - correct
    if count_ignored:
        union = union + confusion.ignored
    iou = np.full(len(correct), np.nan)
    return np.divide(correct, union + guard, out=iou, where=union > 0)


def _scores(
    confusion: Confusion, count_ignored: bool, class_iou: np.ndarray, averaged: np.ndarray
) -> SegmentationScores:
    matrix = confusion.matrix
    correct, present = np.diagonal(matrix), matrix.sum(axis=1)
    pixels = confusion.counts.sum() if count_ignored else matrix.sum()
    occurs = present > 0
    recall = correct[occurs] / present[occurs]
    shares = present[occurs] / max(1, matrix.sum())
    return SegmentationScores(
        miou=float(averaged.mean()) if averaged.size else float("nan"),
        accuracy=float(correct.sum() / pixels) if pixels else float("nan"),
        mean_accuracy=float(recall.mean()) if recall.size else float("nan"),
        frequency_weighted_iou=float((shares * class_iou[occurs]).sum()),
        class_iou=class_iou,
    )
