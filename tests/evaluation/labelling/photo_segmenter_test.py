import numpy as np
import pytest

from spade_tf.evaluation.labelling.photo_segmenter import ROWS_AT_ONCE, labels_of_logits
from spade_tf.evaluation.predictions import cocostuff_prediction, softmax
from spade_tf.evaluation.resize import resize_bilinear


@pytest.mark.parametrize("height", [5, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 3])
def test_labels_are_those_of_the_metric(height):
    logits = np.random.default_rng(0).normal(0, 3, (2, 9, 7, 6)).astype(np.float32)
    labels, confidence = labels_of_logits(logits, height, 40)
    assert labels.dtype == np.int32 and confidence.dtype == np.float32
    np.testing.assert_array_equal(labels, cocostuff_prediction(logits, height, 40))
    probabilities = softmax(resize_bilinear(logits, height, 40))
    np.testing.assert_allclose(confidence, probabilities.max(axis=-1), rtol=1e-5)


def test_confidence_is_the_largest_probability():
    logits = np.log(np.float32([[[[1, 3, 4]], [[8, 1, 1]]]]))
    labels, confidence = labels_of_logits(logits, 2, 1)
    np.testing.assert_array_equal(labels[0, :, 0], [2, 0])
    np.testing.assert_allclose(confidence[0, :, 0], [4 / 8, 8 / 10], rtol=1e-6)
