"""Instance normalisation, ours and Keras's, as in tensorflow-addons."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import ParameterFreeNorm

TOLERANCE = 1e-6  # eight float32 roundings
LAYERS = {
    "ParameterFreeNorm": lambda: ParameterFreeNorm("instance"),
    "GroupNormalization": lambda: keras.layers.GroupNormalization(
        groups=-1, center=False, scale=False, epsilon=1e-5
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_instance_normalization(name, reference, assert_agree):
    rng = np.random.default_rng(0)
    # Each channel has its own mean and scale, the last one so small that epsilon counts.
    mean, scale = [0.0, 1.0, -3.0, 0.0], [1.0, 2.0, 0.5, 0.005]
    x = rng.normal(mean, scale, (3, 9, 7, 4)).astype("float32")
    upstream = rng.normal(0, scale, x.shape).astype("float32")  # makes all gradients about 1
    theirs = reference("instance_normalization", x=x, upstream=upstream)

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = LAYERS[name]()(x)
        loss = tf.reduce_sum(y * upstream)
    assert_agree("output", y, theirs["y"], TOLERANCE)
    assert_agree("gradient", tape.gradient(loss, x), theirs["gradient"], TOLERANCE)
