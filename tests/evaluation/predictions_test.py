import numpy as np

from spade_tf.evaluation.predictions import (
    ade20k_prediction,
    cityscapes_prediction,
    cocostuff_prediction,
    softmax,
)
from spade_tf.evaluation.resize import resize_bilinear
from tests.evaluation.stored import stored


def test_cocostuff_as_published():
    vectors = stored("metric_cocostuff")
    prediction = cocostuff_prediction(vectors["in/logits"], 24, 32)
    assert prediction.dtype == np.int32
    assert np.array_equal(prediction, vectors["out/pred_from_logits"])


def test_ade20k_as_published():
    vectors = stored("metric_ade20k")
    logits = [vectors["in/logits_a"], vectors["in/logits_b"]]
    assert np.array_equal(ade20k_prediction(logits, 24, 32), vectors["out/pred_from_logits"])


def test_ade20k_averages_probabilities_not_logits():
    sure, doubtful = np.array([4.0, 0.0]), np.array([0.0, 30.0])
    logits = [np.reshape(x, (1, 1, 1, 2)) for x in (sure, sure, doubtful)]
    assert ade20k_prediction(logits, 1, 1).tolist() == [[[0]]]
    assert cityscapes_prediction(logits, 1, 1).tolist() == [[[1]]]


def test_cityscapes_sums_the_resized_maps():
    vectors = stored("metric_cityscapes")
    small, large = vectors["in/map_small"], vectors["in/map_large"]
    expected = vectors["out/map_small_resized"] + vectors["out/map_large_resized"]
    prediction = cityscapes_prediction([small, large], 24, 32)
    assert np.array_equal(prediction, expected.argmax(axis=-1))
    only_small = cityscapes_prediction([small], 24, 32)
    assert (only_small != prediction).any()
    # Anti-aliasing matters for the large map.
    aliased = resize_bilinear(large, 24, 32).argmax(axis=-1)
    assert (cityscapes_prediction([large], 24, 32) != aliased).any()


def test_softmax():
    probabilities = softmax(np.array([[0.0, np.log(3.0)], [1000.0, 1000.0]]))
    np.testing.assert_allclose(probabilities, [[0.25, 0.75], [0.5, 0.5]])
