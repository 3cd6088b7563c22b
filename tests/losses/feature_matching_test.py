import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.losses import feature_matching


def maps(*values):
    """A feature map [batch, height, 1, 1] from one list for each example."""
    return np.float32(values)[:, :, None, None]


LOGITS = maps([100], [100])
# Two scales of two layers and logits, two examples.
FAKE = [
    [maps([1, 2], [0, 0]), maps([5], [1]), LOGITS],
    [maps([0], [-1]), maps([1, 1], [2, 4]), LOGITS],
]
REAL = [
    [maps([0, 4], [0, 0]), maps([2], [1]), -LOGITS],
    [maps([2], [1]), maps([1, 0], [2, 2]), -LOGITS],
]


def test_hand_computed_sum_over_layers_mean_over_scales():
    # Example 1: scale 1 has (1 + 2) / 2 and 3, scale 2 has 2 and (0 + 1) / 2.
    # Example 2: scale 1 has 0 and 0,           scale 2 has 2 and (0 + 2) / 2.
    expected = [((1.5 + 3) + (2 + 0.5)) / 2, ((0 + 0) + (2 + 1)) / 2]
    np.testing.assert_allclose(feature_matching(FAKE, REAL), expected, rtol=1e-6)


def test_gradient_reaches_the_fake_features_only():
    fake, real, logits = tf.constant([[3.0], [1.0]]), tf.constant([[1.0], [2.0]]), tf.ones((2, 1))
    with tf.GradientTape() as tape:
        tape.watch([fake, real, logits])
        loss = feature_matching([[fake, logits]], [[real, logits]])
    to_fake, to_real, to_logits = tape.gradient(loss, [fake, real, logits])
    np.testing.assert_array_equal(to_fake, [[1.0], [-1.0]])
    assert to_real is None and to_logits is None


def test_float16_features_are_subtracted_in_float32():
    # In float16 60000 - (-60000) is infinite.
    fake = np.full((1, 2, 2, 1), 60000.0, "float16")
    loss = feature_matching([[fake, fake]], [[-fake, fake]])
    assert keras.backend.standardize_dtype(loss.dtype) == "float32"
    np.testing.assert_allclose(loss, [2.0 * float(fake[0, 0, 0, 0])])


def test_another_number_of_scales_or_layers_is_an_error():
    with pytest.raises(ValueError):
        feature_matching(FAKE, REAL[:1])
    with pytest.raises(ValueError):
        feature_matching(FAKE, [scale[1:] for scale in REAL])
