import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers.resampling import double, halve, pad


def column(values):
    """A `[1, height, width, 1]` map of one channel."""
    return np.array(values, "float32")[None, :, :, None]


def test_double_repeats_every_pixel_twice_each_way():
    x = np.stack([column([[1, 2], [3, 4]])[0], column([[5, 6], [7, 8]])[0]])
    expected = [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]
    np.testing.assert_array_equal(double(x)[0, :, :, 0], expected)
    np.testing.assert_array_equal(double(x)[1, :, :, 0], np.array(expected) + 4)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # 4x4: windows around pixels 0 and 2 of each side; the first is cut to rows 0 and 1.
        (
            [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12], [13, 14, 15, 16]],
            [[14 / 4, 30 / 6], [57 / 6, 99 / 9]],
        ),
        # 3x3: both windows are cut, at the lower end as well.
        ([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[12 / 4, 16 / 4], [24 / 4, 28 / 4]]),
        # 1x5: means over 2, 3 and 2 pixels.
        ([[3, 6, 12, 24, 48]], [[9 / 2, 42 / 3, 72 / 2]]),
    ],
)
def test_halve_is_the_mean_of_what_lies_inside(values, expected):
    np.testing.assert_allclose(halve(column(values))[0, :, :, 0], expected, rtol=1e-6)


def test_halve_keeps_channels_and_images_apart():
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype("float32")
    np.testing.assert_allclose(halve(x)[1, :, :, 2], halve(x[1:2, :, :, 2:])[0, :, :, 0], rtol=1e-6)


def test_pad_surrounds_with_zeros():
    expected = [[0, 0, 0, 0], [0, 1, 2, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(pad(column([[1, 2]]), 1)[0, :, :, 0], expected)


def test_gradient_of_double_is_the_sum_of_four():
    x = tf.Variable(column([[1, 2], [3, 4]]))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(double(x) * column(np.arange(16).reshape(4, 4)))
    expected = [[0 + 1 + 4 + 5, 2 + 3 + 6 + 7], [8 + 9 + 12 + 13, 10 + 11 + 14 + 15]]
    np.testing.assert_allclose(tape.gradient(loss, x)[0, :, :, 0], expected)
