import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from spade_tf.errors import UserError
from spade_tf.evaluation.confusion import Confusion


def of(label_map, prediction, num_classes=2):
    confusion = Confusion(num_classes)
    confusion.update(np.array(label_map), np.array(prediction))
    return confusion


def test_by_hand():
    confusion = of([[0, 0, 1], [1, 255, -1]], [[0, 1, 1], [1, 0, 1]])
    assert confusion.matrix.tolist() == [[1, 1], [0, 2]]
    assert confusion.ignored.tolist() == [1, 1]
    assert confusion.num_images == 1


@given(
    maps=st_np.arrays(
        np.int32,
        st.tuples(st.just(2), st.integers(0, 5), st.just(2), st.just(3)),
        elements=st.integers(0, 3),
    ),
    cut=st.integers(0, 5),
)
@settings(deadline=None)
def test_batches_merged_parts_and_one_shot_agree(maps, cut):
    labels, predictions = maps[0] - 1, np.minimum(maps[1], 2)  # -1 is to be ignored
    whole, streamed, merged = Confusion(3), Confusion(3), Confusion(3)
    whole.update(labels, predictions)
    for batch in (slice(cut), slice(cut, None)):
        streamed.update(labels[batch], predictions[batch])
        merged.merge(of(labels[batch], predictions[batch], 3))
    for label, prediction in zip(labels.ravel(), predictions.ravel(), strict=True):
        whole.counts[label if label >= 0 else 3, prediction] -= 1
    assert not whole.counts.any()
    assert np.array_equal(streamed.counts, merged.counts)
    assert streamed.counts.sum() == labels.size
    assert streamed.num_images == merged.num_images == whole.num_images == len(labels)


def test_resumed_as_if_never_stopped(tmp_path):
    rng = np.random.default_rng(0)
    labels, predictions = rng.integers(-1, 5, (7, 4, 4)), rng.integers(0, 5, (7, 4, 4))
    of(labels[:3], predictions[:3], 5).save(tmp_path / "confusion.npz")
    resumed = Confusion.load(tmp_path / "confusion.npz")
    assert resumed.num_images == 3
    resumed.update(labels[3:], predictions[3:])
    assert resumed.num_images == 7
    assert np.array_equal(resumed.counts, of(labels, predictions, 5).counts)


def test_ids_of_any_integer_type():
    labels = np.array([[0, 255]], np.uint8)
    assert of(labels, np.array([[1, 1]], np.uint8)).counts.tolist() == [[0, 1], [0, 0], [0, 1]]
    assert labels.tolist() == [[0, 255]]


def test_two_hundred_classes_do_not_overflow():
    ids = np.arange(200, dtype=np.uint8).reshape(1, 200)
    assert np.array_equal(of(ids, ids, 200).matrix, np.eye(200))


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        ([[0, 1]], [[0], [1]], r"labels \[1, 2\] and predictions \[2, 1\]"),
        ([0, 1], [0, 1], r"expected the same \[batch, height, width\]"),
        ([[0.5]], [[0]], "labels are float64, predictions int64: expected integers"),
        ([[0, 1, 1]], [[2, 0, -1]], r"predicted classes \[-1, 2\], expected 0\.\.1"),
    ],
)
def test_bad_maps_change_nothing(labels, predictions, message):
    confusion = Confusion(2)
    with pytest.raises(UserError, match=message):
        confusion.update(np.array(labels), np.array(predictions))
    assert not confusion.counts.any() and confusion.num_images == 0


def test_other_networks_cannot_be_merged():
    with pytest.raises(UserError, match="of 2 and of 3 classes cannot be merged"):
        Confusion(2).merge(Confusion(3))
