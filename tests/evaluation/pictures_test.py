import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from spade_tf.errors import UserError
from spade_tf.evaluation import pictures
from spade_tf.evaluation.confusion import Confusion
from spade_tf.evaluation.pictures import classes_to_show, draw_class_iou, draw_confusion

NAMES = ["sky", "grass", "tree", "never"]
IOU = np.array([0.9, np.nan, 0.3, np.nan])


@pytest.fixture
def axes(monkeypatch):
    """The axes of what is drawn, seen before the figure is closed."""
    seen = []

    def save(figure, picture):
        seen.append(figure.axes[0])
        original(figure, picture)

    original = pictures._save
    monkeypatch.setattr(pictures, "_save", save)
    return seen


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def confusion(matrix):
    result = Confusion(len(matrix))
    result.counts[:-1] = matrix
    return result


def test_a_bar_for_each_class_that_has_an_iou(tmp_path, axes):
    path = tmp_path / "iou.png"
    other = np.array([0.5, 0.4, 0.6, np.nan])
    draw_class_iou({"ours": IOU, "other": other}, NAMES, path)
    assert labels(axes[0].get_yticklabels()) == ["sky", "tree", "grass"]
    widths = [[bar.get_width() for bar in bars] for bars in axes[0].containers]
    np.testing.assert_allclose(widths, [[90, 30, 0], [50, 60, 40]])
    with Image.open(path) as picture:
        assert picture.format == "PNG" and picture.width == 770
    assert [file.name for file in tmp_path.iterdir()] == ["iou.png"]
    assert not plt.get_fignums()


def test_confusion_in_percent_of_the_class(tmp_path, axes):
    matrix = [[3, 0, 1, 0], [0, 0, 0, 0], [0, 2, 0, 0], [0, 0, 0, 0]]
    draw_confusion(confusion(matrix), NAMES, tmp_path / "confusion.png", title="step 5")
    axis = axes[0]
    assert labels(axis.get_yticklabels()) == labels(axis.get_xticklabels()) == NAMES[:3]
    assert axis.get_title() == "step 5"
    percent = axis.images[0].get_array().tolist()
    assert percent == [[75, 0, 25], [0, 0, 0], [0, 100, 0]]
    assert labels(axis.texts) == ["75", "25", "100"]
    with Image.open(tmp_path / "confusion.png") as picture:
        assert picture.format == "PNG"


def test_the_most_frequent_classes_of_many(tmp_path, axes):
    matrix = np.diag(np.arange(50))
    assert classes_to_show(matrix).tolist() == list(range(10, 50))
    draw_confusion(confusion(matrix), [str(i) for i in range(50)], tmp_path / "a.png")
    assert axes[0].get_title() == "9 rarer classes left out"  # class 0 does not occur
    assert not axes[0].texts


@pytest.mark.parametrize("names", [NAMES, NAMES[:3]])
def test_bad_input(tmp_path, names):
    message = "no class has an IoU" if len(names) == 4 else "3 names of 4 classes"
    with pytest.raises(UserError, match=message):
        draw_class_iou({"ours": IOU * np.nan}, names, tmp_path / "a.png")
    message = "the confusion is empty" if len(names) == 4 else "3 names of 4 classes"
    with pytest.raises(UserError, match=message):
        draw_confusion(Confusion(4), names, tmp_path / "a.png")
    assert not list(tmp_path.iterdir())
