import numpy as np

from spade_tf.losses.semantic import semantic


def test_cross_entropy_of_each_example():
    # Two labels: logits (log 3, 0) give probabilities 3/4 and 1/4.
    logits = np.zeros((2, 1, 2, 2), np.float32)
    logits[0, ..., 0] = np.log(3)
    label_map = np.array([[[0, 1]], [[1, 1]]])
    expected = [(np.log(4 / 3) + np.log(4)) / 2, np.log(2)]
    np.testing.assert_allclose(semantic(logits, label_map), expected, rtol=1e-5)


def test_smaller_logits_see_every_other_pixel():
    logits = np.zeros((1, 1, 2, 2), np.float32)
    logits[..., 1] = 100
    label_map = np.array([[[1, 0, 1, 0], [0, 0, 0, 0]]])
    np.testing.assert_allclose(semantic(logits, label_map), [0], atol=1e-6)
