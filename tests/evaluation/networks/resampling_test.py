import numpy as np
import pytest
import tensorflow as tf

from spade_tf.evaluation.networks.resampling import (
    adaptive_average_pool,
    resize_bilinear,
    shrink,
)


def row(*values):
    """A map of one row and one channel."""
    return np.float32(values).reshape(1, 1, -1, 1)


def test_doubling_by_hand():
    # Centres of the four new pixels: -1/4 (beyond the border), 1/4, 3/4, 5/4 (beyond).
    np.testing.assert_allclose(np.ravel(resize_bilinear(row(0, 4), 1, 4)), [0, 1, 3, 4])


def test_reducing_looks_at_two_pixels_only():
    # Centres of 6 -> 2: 1 and 4.
    np.testing.assert_allclose(np.ravel(resize_bilinear(row(9, 1, 9, 9, 5, 9), 1, 2)), [1, 5])


def test_resize_like_tensorflow():
    image = np.random.default_rng(0).uniform(size=(2, 9, 14, 3)).astype("float32")
    for size in ((5, 30), (20, 7), (9, 14)):
        ours = resize_bilinear(image, *size)
        np.testing.assert_allclose(ours, tf.image.resize(image, size), atol=1e-6)


def test_shrink_by_hand():
    # 5 pixels at half the size are 2: centres 2 apart (1/2, 5/2), or 5/2 apart (3/4, 13/4).
    ramp = row(0, 10, 20, 30, 40)
    np.testing.assert_allclose(np.ravel(shrink(ramp[:, [0, 0]], 0.5)), [5, 25])
    np.testing.assert_allclose(
        np.ravel(shrink(ramp[:, [0, 0]], 0.5, exact_step=False)), [7.5, 32.5]
    )


@pytest.mark.parametrize("exact_step", [True, False])
def test_shrink_is_resizing_where_nothing_is_rounded(exact_step):
    image = np.random.default_rng(0).uniform(size=(1, 8, 12, 2)).astype("float32")
    expected = resize_bilinear(image, 6, 9)
    np.testing.assert_allclose(shrink(image, 0.75, exact_step), expected, atol=1e-6)


def test_bins_share_pixels():
    # 5 pixels in 3 bins: 0..1, 1..3, 3..4.
    pooled = adaptive_average_pool(np.repeat(row(0, 2, 4, 9, 1), 3, axis=1), 3)
    np.testing.assert_allclose(pooled[0, 0, :, 0], [1, 5, 5])
    np.testing.assert_allclose(pooled[0, 2, :, 0], [1, 5, 5])


def test_more_bins_than_pixels():
    # 2 pixels in 6 bins: the first three have the first.
    pooled = adaptive_average_pool(row(3, 7), 6)
    assert pooled.shape == (1, 6, 6, 1)
    np.testing.assert_allclose(pooled[0, 5, :, 0], [3, 3, 3, 7, 7, 7])


def test_sizes_known_only_when_the_graph_runs():
    @tf.function(input_signature=[tf.TensorSpec([None, None, None, 2])])
    def all_of_them(x):
        height, width = tf.shape(x)[1], tf.shape(x)[2]
        return (
            resize_bilinear(x, 2 * height, 2 * width),
            shrink(x, 0.75),
            shrink(x, 0.75, exact_step=False),
            adaptive_average_pool(x, 3),
        )

    image = np.random.default_rng(0).uniform(size=(1, 7, 10, 2)).astype("float32")
    expected = (
        resize_bilinear(image, 14, 20),
        shrink(image, 0.75),
        shrink(image, 0.75, exact_step=False),
        adaptive_average_pool(image, 3),
    )
    for ours, theirs in zip(all_of_them(image), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
