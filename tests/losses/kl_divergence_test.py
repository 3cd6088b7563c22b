import keras
import numpy as np
import tensorflow as tf

from spade_tf.losses import kl_divergence


def test_hand_computed_sum_over_the_latent():
    mean = np.float32([[0, 0], [1, -2]])
    log_variance = np.float32([[0, 0], [0, np.log(4)]])
    # (mean^2 + variance - 1 - log_variance) / 2: the prior itself has 0; then
    # (1 + 1 - 1 - 0) / 2 + (4 + 4 - 1 - log 4) / 2.
    expected = [0.0, 0.5 + (7 - np.log(4)) / 2]
    np.testing.assert_allclose(kl_divergence(mean, log_variance), expected, rtol=1e-6)


def test_gradient_pulls_towards_the_prior():
    mean, log_variance = tf.constant([[3.0]]), tf.constant([[np.log(2.0)]], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        divergence = kl_divergence(mean, log_variance)
    to_mean, to_log_variance = tape.gradient(divergence, [mean, log_variance])
    np.testing.assert_allclose(to_mean, [[3.0]])
    np.testing.assert_allclose(to_log_variance, [[(2.0 - 1.0) / 2.0]], rtol=1e-6)


def test_float16_latent_is_computed_in_float32():
    mean = np.full((1, 2), 300.0, "float16")  # its square overflows float16
    divergence = kl_divergence(mean, np.zeros((1, 2), "float16"))
    assert keras.backend.standardize_dtype(divergence.dtype) == "float32"
    np.testing.assert_allclose(divergence, [90000.0])
