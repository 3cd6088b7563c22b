import numpy as np

from spade_tf.losses.masked_difference import masked_difference


def test_only_the_mask_counts():
    image = np.zeros((2, 1, 2, 3), np.float32)
    photograph = np.array([[[[3, 0, 0], [9, 9, 9]]], [[[1, 1, 1], [2, 2, 2]]]], np.float32)
    mask = np.array([[[1, 0]], [[1, 1]]])
    np.testing.assert_allclose(masked_difference(image, photograph, mask), [1, 1.5])


def test_an_empty_mask():
    ones = np.ones((1, 1, 2, 3), np.float32)
    np.testing.assert_array_equal(masked_difference(ones, 0 * ones, np.zeros((1, 1, 2))), [0])
