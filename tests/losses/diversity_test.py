import numpy as np
import pytest
import tensorflow as tf

from spade_tf.losses import perceptual
from spade_tf.losses.diversity import area_resize, class_errors, diversity


def maps(*values):
    """Maps `[..., 2 rows, 1 column, 1 channel]` of pairs (upper pixel, lower pixel)."""
    return np.float32(values)[..., None, None]


# The upper pixel is of class 0, the lower one half of class 1 and half of class 2.
LAYOUT = np.float32([[1, 0, 0], [0, 0.5, 0.5]]).reshape(1, 2, 1, 3)
REAL = [maps([0.0, 0.0])]
FAKE = [maps([[2.0, 8.0], [4.0, 4.0]])]


def test_errors_by_hand():
    """Image 0: 2 / 2 pixels for class 0, 8 / 2 / 2 for classes 1 and 2; weight 3."""
    errors = class_errors(FAKE, REAL, LAYOUT, [3.0])
    np.testing.assert_allclose(errors, [[[3, 6, 6], [6, 3, 3]]])


def test_the_best_image_of_each_class_counts():
    """min 3 + 3 + 3; mean 4.5 + 4.5 + 4.5."""
    loss = diversity(FAKE, REAL, LAYOUT, [3.0])
    np.testing.assert_allclose(loss, [0.999 * 9 + 0.001 * 13.5], rtol=1e-6)


def test_maps_of_several_sizes():
    """A second map of one pixel: shares 1/2, 1/4, 1/4 of its difference 8 and, for image 1, 0."""
    fake = FAKE + [np.float32([8, 0]).reshape(1, 2, 1, 1, 1)]
    real = REAL + [np.zeros((1, 1, 1, 1), "float32")]
    errors = class_errors(fake, real, LAYOUT, [3.0, 1.0])
    np.testing.assert_allclose(errors, [[[3 + 4, 6 + 2, 6 + 2], [6, 3, 3]]])


def test_classes_add_up_to_the_perceptual_loss():
    draw = np.random.default_rng(0)
    fake, real = draw.normal(size=(2, 2, 4, 6, 3)).astype("float32")
    layout = draw.dirichlet([1, 1, 1, 1], size=(2, 8, 12)).astype("float32")
    errors = class_errors([fake[:, None]], [real], layout, [0.5])
    expected = perceptual([fake], [real], [0.5])
    np.testing.assert_allclose(np.sum(errors, axis=(1, 2)), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("size", "expected"), [(6, [0, 2, 3, 4, 5, 7]), (3, [1, 3.5, 6]), (2, [5 / 3, 16 / 3])]
)
def test_means_over_areas(size, expected):
    column = np.float32([0, 2, 3, 4, 5, 7]).reshape(1, 6, 1, 1)
    np.testing.assert_allclose(area_resize(column, size, 1)[0, :, 0, 0], expected, rtol=1e-6)
    row = column.reshape(1, 1, 6, 1)
    np.testing.assert_allclose(area_resize(row, 1, size)[0, 0, :, 0], expected, rtol=1e-6)


def test_pixels_that_two_areas_share():
    """Three pixels in two: 1 and half of 4, half of 4 and 7, each over 1.5 pixels."""
    x = np.float32([1, 4, 7]).reshape(1, 3, 1, 1)
    np.testing.assert_allclose(area_resize(x, 2, 1)[0, :, 0, 0], [2, 6], rtol=1e-6)


def test_no_gradient_reaches_the_photograph():
    fake, real = tf.constant(FAKE[0]), tf.constant(REAL[0])
    with tf.GradientTape() as tape:
        tape.watch([fake, real])
        loss = diversity([fake], [real], LAYOUT, [1.0])
    of_fake, of_real = tape.gradient(loss, [fake, real])
    assert of_real is None
    # Class 0 learns from image 0, the others from image 1, but for a thousandth.
    expected = [[0.5 * 0.9995, 0.5 * 0.0005], [0.5 * 0.0005, 0.5 * 0.9995]]
    np.testing.assert_allclose(of_fake[0, :, :, 0, 0], expected, rtol=1e-5)
