import numpy as np

from spade_tf.data.datasets.coco import LABEL_NAMES
from spade_tf.evaluation.labelling.label_file import measure
from spade_tf.evaluation.labelling.suspicion import GROUPS, remarks


def odd(names, confidences=None, min_confidence=0.5):
    """The remarks on a label map of these classes, ten pixels each."""
    labels = np.repeat([LABEL_NAMES.index(name) for name in names], 10)[np.newaxis]
    sure = None if confidences is None else np.repeat(np.float32(confidences), 10)[np.newaxis]
    measured = measure(labels, sure, "net", 182)
    return remarks(measured, LABEL_NAMES[:182], min_confidence)


def test_a_landscape_is_ordinary():
    assert odd(["sky-other", "grass", "tree"], [0.9, 0.4, 0.8]) == []


def test_uncertain_pixels():
    uncertain = ["uncertain: 67% of the pixels below 0.5"]
    assert odd(["sky-other", "grass", "tree"], [0.9, 0.4, 0.3]) == uncertain
    assert odd(["sky-other", "grass", "tree"], [0.9, 0.4, 0.3], min_confidence=0.2) == []


def test_people_rooms_and_food():
    assert odd(["sky-other", "grass", "person", "tree"]) == ["people: 25%"]
    assert odd(["wall-other", "couch", "tree", "sea"]) == ["indoors: 50%"]
    assert odd(["fruit", "cake", "tree", "sea"]) == ["food: 50%"]


def test_one_class_only():
    assert odd(["sea"]) == ["one class only: sea 100%"]
    assert odd(["sea"] * 19 + ["sky-other"]) == []  # 95 %


def test_the_groups_name_classes_that_there_are():
    for _, names in GROUPS.values():
        assert names <= set(LABEL_NAMES)
