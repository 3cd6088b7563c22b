import numpy as np
import tensorflow as tf

from spade_tf.models.sims_transformer import SpatialTransformer, warp

IDENTITY = np.array([[[1, 0, 0], [0, 1, 0]]], np.float32)


def picture(height=4, width=6):
    return np.arange(height * width, dtype=np.float32).reshape(1, height, width, 1)


def test_begins_as_the_identity():
    network = SpatialTransformer(num_labels=3, base_width=1)
    network.build()
    random = np.random.default_rng(0)
    segment = random.random((2, 16, 24, 3)).astype(np.float32)
    target = random.integers(0, 2, (2, 16, 24))
    affine = network(segment, target, random.integers(0, 3, (2, 16, 24)))
    np.testing.assert_array_equal(affine, np.repeat(IDENTITY, 2, axis=0))
    assert affine.dtype == "float32"


def test_large_pictures_are_halved_first():
    network = SpatialTransformer(num_labels=1, base_width=1)
    network.build()
    seen = []
    trunk = network.trunk[0].call
    network.trunk[0].call = lambda x: (seen.append(tuple(x.shape)), trunk(x))[1]
    ones = np.ones((1, 600, 32), np.float32)
    network(np.ones((1, 600, 32, 3), np.float32), ones, ones.astype(np.int32))
    assert seen == [(1, 150, 8, 5)]


def test_the_identity_changes_nothing():
    np.testing.assert_allclose(warp(picture(), IDENTITY), picture(), atol=1e-5)


def test_a_shift_by_one_column():
    # A sixth of the width is 1/3 of the way from -1 to 1; the result reads one column to the right.
    shift = IDENTITY + np.array([[[0, 0, 1 / 3], [0, 0, 0]]], np.float32)
    moved = np.asarray(warp(picture(), shift))[0, ..., 0]
    np.testing.assert_allclose(moved[0], [1, 2, 3, 4, 5, 0], atol=1e-5)  # 0: from outside


def test_half_a_row_is_a_mean():
    shift = IDENTITY + np.array([[[0, 0, 0], [0, 0, 1 / 4]]], np.float32)
    moved = np.asarray(warp(picture(), shift))[0, :, 0, 0]
    np.testing.assert_allclose(moved, [3, 9, 15, 9], atol=1e-5)  # the last: half of 18


def test_a_mirror():
    mirror = IDENTITY * np.array([[[-1], [1]]], np.float32)
    np.testing.assert_allclose(warp(picture(), mirror), picture()[:, :, ::-1], atol=1e-5)


def test_learns_from_the_identity_on():
    ramp = tf.constant(np.tile(np.arange(8, dtype=np.float32), (1, 8, 1))[..., np.newaxis])
    affine = tf.constant(IDENTITY)
    with tf.GradientTape() as tape:
        tape.watch(affine)
        loss = tf.reduce_mean(tf.abs(warp(ramp, affine) - ramp - 0.5)[:, :, 2:6])
    # The identity samples on the pixels. 2 units are 8 columns, each one more than the last: a unit
    # to the right lessens every difference by 4.
    np.testing.assert_allclose(tape.gradient(loss, affine)[0, 0, 2], -4, rtol=1e-4)
