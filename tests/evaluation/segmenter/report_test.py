import json

import numpy as np
from PIL import Image

from spade_tf.evaluation.confusion import Confusion
from spade_tf.evaluation.segmentation_scores import RULES
from spade_tf.evaluation.segmenter.report import RULE, pick, write_report
from spade_tf.evaluation.segmenter.validation import Judged
from tests.evaluation.segmenter.tiny_landscapes import tiny_card, tiny_landscapes


def judged(numbers):
    """Images of one pixel that bear their number."""
    maps = np.array(numbers, np.int32).reshape(-1, 1, 1)
    images = np.repeat(maps[..., np.newaxis], 3, axis=-1).astype(np.uint8)
    return Judged(images, maps, maps + 1)


def test_images_are_picked_evenly():
    picked = pick([judged([0, 1, 2]), judged([3, 4, 5, 6])], 3)
    assert picked.label_maps.ravel().tolist() == [0, 3, 6]
    assert picked.images[:, 0, 0, 2].tolist() == [0, 3, 6]
    assert picked.predictions.ravel().tolist() == [1, 4, 7]
    assert len(pick([judged([0, 1])], 12).images) == 2


def test_scores_and_pictures(tmp_path):
    card = tiny_card()
    confusion = Confusion(card.num_classes)
    # Of two pixels of class 0 one is taken for class 1; class 2 is right.
    truth, predicted = np.array([[[0, 0, 2]]]), np.array([[[0, 1, 2]]])
    confusion.update(truth, predicted)
    shown = Judged(np.zeros((1, 1, 3, 3), np.uint8), truth, predicted)
    write_report(tmp_path, card, confusion, RULES[RULE](confusion), shown, tiny_landscapes())
    names = ["class_iou.png", "confusion.png", "scores.json", "validation.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    text = (tmp_path / "scores.json").read_text()
    assert text.count("\n") == 1 and "NaN" not in text
    line = json.loads(text)
    assert (line["miou"], line["accuracy"]) == (0.75, 0.666667)
    first, second, third, fourth = card.label_names[:4]
    values = [line["class_iou"][name] for name in (first, second, third, fourth)]
    assert values == [0.5, 0.0, 1.0, None]
    assert (line["num_images"], line["split"], line["rule"]) == (1, "val", "cocostuff")
    for name in names:
        if name.endswith("png"):
            with Image.open(tmp_path / name) as picture:
                assert picture.width >= 300
