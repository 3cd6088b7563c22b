import numpy as np
import pytest

from spade_tf.data.datasets.cityscapes import LABEL_NAMES
from spade_tf.errors import UserError
from spade_tf.evaluation.file_ids import (
    CITYSCAPES_CLASSES,
    ade20k_classes,
    cityscapes_classes,
    cocostuff_classes,
)
from tests.evaluation.stored import stored


def test_cocostuff():
    ids = np.array([0, 181, 182, 255], np.uint8)
    assert cocostuff_classes(ids).tolist() == [0, 181, -1, -1]


def test_ade20k():
    assert ade20k_classes(np.array([0, 1, 150], np.uint8)).tolist() == [-1, 0, 149]
    with pytest.raises(UserError, match=r"label ids \[151, 255\], expected 0"):
        ade20k_classes(np.array([3, 255, 151]))


def test_cityscapes():
    vectors = stored("metric_cityscapes")
    expected = vectors["out/train_ids"]
    classes = cityscapes_classes(vectors["in/label_ids"])
    assert np.array_equal(classes, np.where(expected == 255, -1, expected))
    assert cityscapes_classes(np.array([-1, 34, 300])).tolist() == [-1, -1, -1]
    names = [LABEL_NAMES[i] for i in CITYSCAPES_CLASSES]
    assert len(names) == 19 and names[0] == "road" and names[10] == "sky"
    assert names[-2:] == ["motorcycle", "bicycle"]
