import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import JointConv2D


@pytest.mark.parametrize("repeats", [1, 2])
def test_is_the_convolution_of_the_joined_maps(repeats):
    rng = np.random.default_rng(0)
    layout = rng.normal(size=(2, 6, 7, 5)).astype("float32")
    image = rng.normal(size=(2 * repeats, 6, 7, 3)).astype("float32")
    ours = JointConv2D(4, 3, strides=2)
    plain = keras.layers.Conv2D(4, 3, strides=2)
    joined = np.concatenate([np.concatenate([layout] * repeats), image], axis=-1)
    ours.build(joined.shape)
    plain.build(joined.shape)
    weights = [rng.normal(size=w.shape) for w in plain.get_weights()]
    ours.set_weights(weights)
    plain.set_weights(weights)
    upstream = rng.normal(size=(2 * repeats, 2, 3, 4)).astype("float32")
    with tf.GradientTape(persistent=True) as tape:
        mine, theirs = ours(layout, image), plain(joined)
        losses = [tf.reduce_sum(y * upstream) for y in (mine, theirs)]
    np.testing.assert_allclose(mine, theirs, atol=1e-5)
    for name in ("kernel", "bias"):
        a = tape.gradient(losses[0], getattr(ours, name).value)
        b = tape.gradient(losses[1], getattr(plain, name).value)
        np.testing.assert_allclose(a, b, atol=1e-4)
    assert [v.path.rpartition("/")[2] for v in ours.variables] == ["kernel", "bias"]


def test_by_hand():
    # One pixel: 2 * 10 + 3 * 100 + 0.5 for the first image, 2 * 10 + 4 * 100 + 0.5 for the second.
    layer = JointConv2D(1, 1)
    layer.build((None, None, None, 2))
    layer.set_weights([np.array([[[[10.0], [100.0]]]]), np.array([0.5])])
    layout = np.full((1, 1, 1, 1), 2.0, "float32")
    image = np.array([3.0, 4.0], "float32").reshape(2, 1, 1, 1)
    assert np.ravel(layer(layout, image)).tolist() == [320.5, 420.5]
