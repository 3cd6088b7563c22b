"""Our spectral normalisation and that of tensorflow-addons: the same pass, another gradient."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import SpectralNormalization

TOLERANCE = 1e-6  # eight float32 roundings


@pytest.mark.parametrize("power_iterations", [1, 3])
def test_spectral_normalization(power_iterations, reference, assert_agree):
    rng = np.random.default_rng(0)
    x, kernel, u, upstream = (
        rng.normal(size=size).astype("float32")
        for size in ((2, 6, 5, 4), (3, 3, 4, 7), (7,), (2, 6, 5, 7))
    )
    u /= np.linalg.norm(u)
    theirs = reference(
        "spectral_normalization",
        x=x,
        kernel=kernel,
        u=u,
        power_iterations=np.array(power_iterations),
        upstream=upstream,
    )

    conv = keras.layers.Conv2D(7, 3, padding="same", use_bias=False)
    layer = SpectralNormalization(conv, power_iterations=power_iterations)
    layer.build(x.shape)
    conv.kernel.assign(kernel)
    layer.vector_u.assign(u)
    with tf.GradientTape() as tape:
        y = layer(x, training=True)
        loss = tf.reduce_sum(y * upstream)
    gradient = tape.gradient(loss, conv.kernel.value)

    # The same pass: W / sigma and the vector u for the next step.
    assert_agree("output", y, theirs["y"], TOLERANCE)
    assert_agree("vector u", layer.vector_u, theirs["u"], TOLERANCE)

    # Theirs keeps W / sigma as the kernel, ours keeps W.
    u, v = layer.vector_u.numpy(), layer.vector_v.numpy()
    sigma = v @ kernel.reshape(-1, 7) @ u
    assert sigma > 2  # W and W / sigma cannot be taken for each other
    np.testing.assert_array_equal(conv.kernel, kernel)
    assert_agree("W / sigma", kernel / sigma, theirs["kernel"], TOLERANCE)

    # Theirs takes the gradient G by W_bar = W / sigma; the chain rule makes ours of it:
    # dL/dW = (G - <G, W_bar> v u^T) / sigma.
    vu = np.outer(v, u).reshape(kernel.shape)
    through_sigma = np.sum(theirs["gradient"] * theirs["kernel"]) * vu
    chained = (theirs["gradient"] - through_sigma) / sigma
    assert np.abs(through_sigma / sigma).max() > 0.01 * np.abs(chained).max()
    assert_agree("gradient by the chain rule", gradient, chained, TOLERANCE)
