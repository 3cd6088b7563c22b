import math

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.data.pipeline import make_dataset
from spade_tf.errors import UserError
from spade_tf.evaluation.confusion import Confusion
from spade_tf.evaluation.segmentation_scores import RULES
from spade_tf.evaluation.segmenter import Segmenter
from spade_tf.evaluation.segmenter.run_folder import RunFolder
from spade_tf.evaluation.segmenter.training import SegmenterTraining, segmentation_loss
from spade_tf.pictures import to_uint8
from tests.evaluation.segmenter.tiny_landscapes import tiny_card, tiny_landscapes


@pytest.fixture(scope="module")
def training():
    """Has taken no step."""
    return SegmenterTraining(tiny_card(steps=100), 0.5)


def test_loss_by_hand():
    # Class 1 with probability 3/4, and don't-care, whatever is said there.
    logits = tf.constant([[[[0.0, math.log(3)], [50.0, 0.0], [0.0, 50.0]]]])
    for ignored in (2, -1, 255):
        label_map = tf.constant([[[1, ignored, ignored]]])
        assert segmentation_loss(label_map, logits).numpy() == pytest.approx(math.log(4 / 3))
    assert segmentation_loss(tf.constant([[[2, 2, 2]]]), logits).numpy() == 0


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """A training of 80 steps, its losses, its validation scenes, and mIoU before and after."""
    config, folder = tiny_landscapes(), RunFolder(tmp_path_factory.mktemp("learnt"))
    validation = next(iter(make_dataset(config, "val", 24)))
    learning = SegmenterTraining(tiny_card(steps=80, base_width=4), 1e-2)
    scores, losses = [miou(learning, validation)], []
    for batch in make_dataset(config, "train", 8).take(80):
        losses.append(learning.train_step(batch))
        if learning.step == 78:
            folder.save(learning)
    scores.append(miou(learning, validation))
    return learning, folder, losses, scores


@pytest.mark.slow
def test_training_beats_an_untrained_network(learnt):
    _, _, losses, (before, after) = learnt
    assert np.mean(losses[-10:]) < 0.75 * np.mean(losses[:10])
    assert after > before + 0.1


@pytest.mark.slow
def test_gone_on_with_equals_uninterrupted(learnt):
    learning, folder, losses, _ = learnt
    uninterrupted = [v.numpy() for v in variables_of(learning)]
    assert learning.step == 80
    folder.restore(learning)
    assert learning.step == 78
    rest = make_dataset(tiny_landscapes(), "train", 8, start_image=78 * 8).take(2)
    assert [learning.train_step(batch) for batch in rest] == losses[78:]
    for expected, variable in zip(uninterrupted, variables_of(learning), strict=True):
        np.testing.assert_array_equal(variable, expected, err_msg=variable.path)


def miou(learning, batch):
    segmenter = Segmenter(learning.model, learning.card)
    confusion = Confusion(learning.card.num_classes)
    label_maps = segmenter.truth(batch["label_map"].numpy())
    confusion.update(label_maps, segmenter.predict(to_uint8(batch["image"])))
    return RULES["cocostuff"](confusion).miou


def test_a_checkpoint_holds_everything(tmp_path, training):
    folder = RunFolder(tmp_path)
    folder.save(training)
    other = SegmenterTraining(tiny_card(), 1e-2)
    for variable in variables_of(other):
        variable.assign(tf.fill(variable.shape, tf.cast(3, variable.dtype)))
    assert other.step == 3
    assert folder.restore(other)
    assert other.step == training.step == 0
    for variable, again in zip(variables_of(training), variables_of(other), strict=True):
        np.testing.assert_array_equal(variable, again, err_msg=variable.path)


def variables_of(training):
    return [*training.model.variables, *training.optimizer.variables]


def test_the_learning_rate_rises_and_falls_to_0(training):
    rates = [float(training.optimizer._learning_rate(step)) for step in (0, 5, 52, 100)]
    # 5 steps up, then half a cosine over 95; 52 is within a step of its middle.
    assert rates == pytest.approx([0, 0.5, 0.25, 0], abs=0.005)


def test_a_folder_keeps_to_its_settings(tmp_path, training):
    folder = RunFolder(tmp_path)
    folder.describe({"steps": 3, "seed": 0})
    folder.describe({"steps": 4, "seed": 0})  # nothing was trained yet
    assert not folder.restore(training)
    folder.save(training)
    folder.describe({"steps": 4, "seed": 0})
    with pytest.raises(UserError, match=r"another training: steps=4 \(asked: 5\); go on with"):
        folder.describe({"steps": 5, "seed": 0})


def test_a_damaged_checkpoint(tmp_path, training):
    folder = RunFolder(tmp_path)
    folder.save(training)
    for path in folder.checkpoints.glob("*.data-*"):
        path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(UserError, match=f"step-0 cannot be read .* remove {tmp_path} to begin"):
        folder.restore(training)
