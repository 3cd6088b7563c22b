import numpy as np
import pytest

from spade_tf.evaluation.confusion import Confusion
from spade_tf.evaluation.file_ids import ade20k_classes, cityscapes_classes, cocostuff_classes
from spade_tf.evaluation.segmentation_scores import RULES, ade20k, cityscapes, cocostuff
from tests.evaluation.stored import stored


def counted(classes, prediction, num_classes):
    """Image by image, as an evaluation does."""
    confusion = Confusion(num_classes)
    for label_map, predicted in zip(classes, prediction, strict=True):
        confusion.update(label_map, predicted)
    return confusion


def test_cocostuff_as_published():
    vectors = stored("metric_cocostuff")
    confusion = counted(cocostuff_classes(vectors["in/label"]), vectors["in/pred"], 182)
    assert np.array_equal(confusion.matrix, vectors["out/hist"])
    scores = cocostuff(confusion)
    assert scores.miou == vectors["out/mean_iou"]
    assert scores.accuracy == vectors["out/pixel_accuracy"]
    assert scores.mean_accuracy == vectors["out/mean_accuracy"]
    assert scores.frequency_weighted_iou == pytest.approx(float(vectors["out/fw_iou"]), rel=1e-14)
    assert np.array_equal(scores.class_iou, vectors["out/class_iou"], equal_nan=True)


def test_ade20k_as_published():
    vectors = stored("metric_ade20k")
    confusion = counted(ade20k_classes(vectors["in/label_raw"]), vectors["in/pred"], 150)
    matrix = confusion.matrix
    assert np.array_equal(np.diagonal(matrix), vectors["out/intersection"])
    union = matrix.sum(axis=0) + matrix.sum(axis=1) - np.diagonal(matrix)
    assert np.array_equal(union, vectors["out/union"])
    assert matrix.sum() == vectors["out/per_image_pixels"].sum()
    scores = ade20k(confusion)
    assert scores.miou == vectors["out/mean_iou"]
    assert np.array_equal(np.nan_to_num(scores.class_iou), vectors["out/class_iou"])
    # The published accuracy divides by pixels + 1e-10 in each image.
    assert scores.accuracy == pytest.approx(float(vectors["out/accuracy"]), rel=1e-12)


def test_cityscapes_as_published():
    vectors = stored("metric_cityscapes")
    classes = cityscapes_classes(vectors["in/label_ids"])
    confusion = counted(classes, vectors["in/pred"], 19)
    assert np.array_equal(confusion.matrix, vectors["out/hist"])
    scores = cityscapes(confusion)
    expected = vectors["out/class_iou_percent"]
    np.testing.assert_allclose(100 * scores.class_iou, expected, rtol=1e-15)
    miou, rounded = vectors["out/mean_iou_percent"], vectors["out/mean_iou_percent_rounded"]
    assert 100 * scores.miou == pytest.approx(float(miou), rel=1e-15)
    assert round(100 * scores.miou, 2) == rounded
    # The published code computes this one in float32.
    assert np.float32(100 * scores.accuracy) == vectors["out/pixel_accuracy_percent"]
    accuracy = float(vectors["out/pixel_accuracy_percent_ignored_as_errors"])
    with_ignored = cityscapes(confusion, count_ignored=True).accuracy
    assert 100 * with_ignored == pytest.approx(accuracy, rel=1e-15)


LABELS = np.array([[0, 0, 1, 1, 1, -1]])
PREDICTED = np.array([[0, 0, 0, 1, 2, 1]])
"""Of 4 classes 0 and 1 occur, 2 is only predicted, 3 is neither."""


@pytest.mark.parametrize(
    ("rule", "count_ignored", "miou"),
    [
        ("cocostuff", False, (2 / 3 + 1 / 3) / 2),
        ("cityscapes", False, (2 / 3 + 1 / 3 + 0) / 3),
        ("ade20k", False, (2 / 3 + 1 / 3 + 0 + 0) / 4),
        ("cocostuff", True, (2 / 3 + 1 / 4) / 2),
        ("cityscapes", True, (2 / 3 + 1 / 4 + 0) / 3),
        ("ade20k", True, (2 / 3 + 1 / 4 + 0 + 0) / 4),
    ],
)
def test_the_rules_differ_in_absent_classes(rule, count_ignored, miou):
    scores = RULES[rule](counted([LABELS], [PREDICTED], 4), count_ignored=count_ignored)
    assert scores.miou == pytest.approx(miou, rel=1e-9)
    assert scores.accuracy == 3 / (6 if count_ignored else 5)
    assert scores.mean_accuracy == pytest.approx((1 + 1 / 3) / 2)
    assert np.isnan(scores.class_iou).tolist() == [False, False, False, True]
    weighted = 2 / 5 * scores.class_iou[0] + 3 / 5 * scores.class_iou[1]
    assert scores.frequency_weighted_iou == pytest.approx(weighted)


def test_a_class_predicted_only_on_ignored_pixels_counts_only_with_them():
    confusion = counted([np.array([[0, -1]])], [np.array([[0, 1]])], 2)
    assert cityscapes(confusion).miou == 1
    assert cityscapes(confusion, count_ignored=True).miou == 0.5


@pytest.mark.parametrize("rule", RULES)
def test_nothing_but_ignored_pixels(rule):
    scores = RULES[rule](counted([LABELS * 0 - 1], [PREDICTED], 4))
    assert np.isnan(scores.accuracy) and np.isnan(scores.mean_accuracy)
    assert np.isnan(scores.class_iou).all()
    assert scores.miou == 0 if rule == "ade20k" else np.isnan(scores.miou)
