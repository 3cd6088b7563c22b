import numpy as np

from spade_tf.sims.color_transfer import transfer_colors


def test_takes_over_mean_and_covariance():
    random = np.random.default_rng(0)
    mixing = np.array([[20, 5, 0], [0, 12, 4], [3, 0, 9]])
    pixels = np.clip(random.normal(120, 15, (4000, 3)), 0, 255).astype(np.uint8)
    target = np.clip(100 + random.normal(0, 1, (3000, 3)) @ mixing, 0, 255).astype(np.uint8)
    moved = transfer_colors(pixels, target)
    assert moved.dtype == np.uint8
    np.testing.assert_allclose(moved.mean(axis=0), target.mean(axis=0), atol=0.5)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(target.T), atol=8)  # of up to 425


def test_itself_stays():
    pixels = np.random.default_rng(0).integers(0, 256, (50, 3)).astype(np.uint8)
    np.testing.assert_array_equal(transfer_colors(pixels, pixels), pixels)


def test_one_pixel_becomes_the_mean():
    target = np.array([[10, 20, 30], [30, 20, 10]], np.uint8)
    assert transfer_colors(np.array([[200, 0, 50]], np.uint8), target).tolist() == [[20, 20, 20]]
