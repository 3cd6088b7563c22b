import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.losses import perceptual


def maps(*values):
    """A feature map [batch, height, 1, 1] from one list for each example."""
    return np.float32(values)[:, :, None, None]


ZERO = maps([0, 0], [0, 0])


def test_hand_computed_with_the_papers_weights():
    fake = [maps([32, 0], [0, 0]), maps([16, 16], [0, 0]), maps([8, -8], [0, 4]), ZERO, ZERO + 3]
    # Example 1: 16/32 + 16/16 + 8/8 + 0/4 + 3; example 2: 0 + 0 + 2/8 + 0 + 3.
    np.testing.assert_allclose(perceptual(fake, [ZERO] * 5), [5.5, 3.25], rtol=1e-6)


def test_weights_are_an_argument():
    np.testing.assert_allclose(perceptual([ZERO + 1], [ZERO], weights=(7.0,)), [7.0, 7.0])
    with pytest.raises(ValueError):
        perceptual([ZERO] * 4, [ZERO] * 4)


def test_gradient_reaches_the_fake_features_only():
    fake, real = tf.constant([[3.0], [1.0]]), tf.constant([[1.0], [2.0]])
    with tf.GradientTape() as tape:
        tape.watch([fake, real])
        loss = perceptual([fake], [real], weights=(0.5,))
    to_fake, to_real = tape.gradient(loss, [fake, real])
    np.testing.assert_array_equal(to_fake, [[0.5], [-0.5]])
    assert to_real is None


def test_float16_features_are_subtracted_in_float32():
    fake = np.full((1, 2, 2, 1), 60000.0, "float16")
    loss = perceptual([fake], [-fake], weights=(1.0,))
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    np.testing.assert_allclose(loss, [2.0 * float(fake[0, 0, 0, 0])])
