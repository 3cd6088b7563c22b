import numpy as np
import pytest
import tensorflow as tf

from spade_tf.inference.modulation import folded_modulation
from spade_tf.layers import CLADE, SPADE, Concat, LayoutPyramid, gathered_sum, lookup_sum

EPSILON = 1e-5


def fold(layer, slope=1.0, dtype="float32", sum_rows=lookup_sum, bias=None):
    return folded_modulation(layer, slope, "norm", dtype, sum_rows, bias)


def clade(**kwargs):
    """One channel of mean 10 and deviation 2; gamma 4 and 6, beta 1 and -1."""
    layer = CLADE(2, **kwargs)
    layer.build((None, None, None, 1))
    layer.gamma.assign([[4.0], [6.0]])
    layer.beta.assign([[1.0], [-1.0]])
    if layer.norm.kind != "instance":
        layer.norm.moving_mean.assign([10.0])
        layer.norm.moving_variance.assign([4.0 - EPSILON])
    return layer


X = np.array([12.0, 12.0], "float32").reshape(1, 1, 2, 1)
LABELS = np.array([[[0, 1]]], "int32")


def test_clade_is_a_scale_and_a_shift_for_each_label():
    layer = fold(clade())
    # (x - 10) / 2 * 4 + 1 = 2 x - 19, and (x - 10) / 2 * 6 - 1 = 3 x - 31
    np.testing.assert_allclose(np.ravel(layer.scale), [2, 3], rtol=1e-6)
    np.testing.assert_allclose(np.ravel(layer.shift), [-19, -31], rtol=1e-6)
    y = layer(X, layer.prepare(LayoutPyramid(LABELS, 2), 1, 2))
    np.testing.assert_allclose(np.ravel(y), [5, 5], rtol=1e-5)


def test_leaky_relu_follows_and_the_edges_are_one_more_channel():
    layer = clade(has_instances=True)
    layer.edge_conv.set_weights([np.full((1, 1, 1, 1), 3.0), np.array([-1.0])])
    layer = fold(layer, slope=0.5)
    # The borders are those of the instances 7, 7, 8: 0 * 3 - 1 = -1, and 1 * 3 - 1 = 2 twice.
    pyramid = LayoutPyramid(np.array([[[0, 0, 1]]]), 2, instance_map=np.array([[[7, 7, 8]]]))
    x = np.array([8.0, 12.0, 8.0], "float32").reshape(1, 1, 3, 1)
    # 2 * 8 - 19 = -3, 2 * 12 - 19 = 5, 3 * 8 - 31 = -7; halves of the negative ones.
    y = np.array(layer(x, layer.prepare(pyramid, 1, 3)))
    np.testing.assert_allclose(y[0, 0], [[-1.5, -0.5], [5, 2], [-3.5, 2]], rtol=1e-5)


def test_positions_multiply_gamma_and_beta():
    layer = clade(use_positions=True)
    layer.gamma_position_conv.set_weights([np.array([[[[1.0], [2.0]]]]), np.array([0.5])])
    layer.beta_position_conv.set_weights([np.array([[[[3.0], [-4.0]]]]), np.array([1.0])])
    layer = fold(layer)
    position = np.array([[[[0.5, 1.0], [0.0, 0.0]]]], "float32")
    pyramid = LayoutPyramid(LABELS, 2, position_map=position)
    y = layer(X, layer.prepare(pyramid, 1, 2))
    # gamma 4 * (1 + 0.5 + 2 + 0.5) = 16, beta 1 * (1 + 1.5 - 4 + 1) = -0.5; gamma 6 * 1.5 = 9,
    # beta -1 * 2 = -2; x normalised is 1.
    np.testing.assert_allclose(np.ravel(y), [15.5, 7], rtol=1e-5)


def test_instance_norm_depends_on_x():
    layer = fold(clade(param_free_norm="instance"))
    x = np.array([1.0, 3.0], "float32").reshape(1, 1, 2, 1)
    y = layer(x, layer.prepare(LayoutPyramid(LABELS, 2), 1, 2))
    np.testing.assert_allclose(np.ravel(y), [-4 + 1, 6 - 1], rtol=1e-4)


def spade(num_labels=3, channels=2, **kwargs):
    layer = SPADE(num_labels, hidden_width=4, **kwargs)
    layer.build((None, None, None, channels))
    rng = np.random.default_rng(0)
    for variable in layer.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    if layer.norm.kind != "instance":
        layer.norm.moving_mean.assign(rng.normal(size=channels))
        layer.norm.moving_variance.assign(rng.uniform(0.5, 2, channels))
    return layer


def make_pyramid(num_labels=3, batch=2):
    rng = np.random.default_rng(1)
    label_map = rng.integers(0, num_labels, (batch, 5, 6)).astype("int32")
    return LayoutPyramid(label_map, num_labels, instance_map=label_map // 2)


@pytest.mark.parametrize("sum_rows", [lookup_sum, gathered_sum, None])
@pytest.mark.parametrize(
    "kwargs",
    [
        {"kernel_size": 1},
        {"kernel_size": 3, "has_instances": True},
        {"kernel_size": 5, "param_free_norm": "batch"},
        {"kernel_size": 3, "param_free_norm": "instance"},
    ],
)
def test_spade_is_the_layer(kwargs, sum_rows):
    layer, pyramid = spade(**kwargs), make_pyramid()
    folded = fold(layer, sum_rows=sum_rows)
    x = np.random.default_rng(2).normal(size=(2, 5, 6, 2)).astype("float32")
    y = folded(x, folded.prepare(pyramid, 5, 6))
    expected = np.array(layer(x, pyramid, training=False))
    np.testing.assert_allclose(y, expected, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize(
    "layer",
    [
        clade(),
        clade(use_positions=True),
        clade(param_free_norm="instance"),
        spade(channels=1),
        Concat(2),
    ],
)
def test_the_bias_of_the_convolution_before_is_taken_in(layer):
    if isinstance(layer, Concat):
        layer.build((None, None, None, 1))
        layer.norm.moving_mean.assign([10.0])
    folded = fold(layer, bias=np.array([5.0]))
    label_map = np.array([[[0, 1, 1]]], "int32")
    positions = np.full((1, 1, 3, 2), 0.5, "float32")
    pyramid = LayoutPyramid(label_map, layer.num_labels, position_map=positions)
    x = np.array([8.0, 12.0, 7.0], "float32").reshape(1, 1, 3, 1)
    y = folded(x, folded.prepare(pyramid, 1, 3))
    np.testing.assert_allclose(y, layer(x + 5, pyramid, training=False), rtol=2e-5)


def test_spade_keeps_a_row_for_each_neighbourhood():
    folded = fold(spade(channels=7))
    label_map = np.zeros((1, 9, 9), "int32")
    prepared = folded.prepare(LayoutPyramid(label_map, 3), 9, 9)
    # 5x5 windows of an empty map differ only in how they meet the border: 5 ways along each axis.
    assert prepared["scale"].shape == prepared["shift"].shape == (25, 7)
    assert prepared["rows"].shape == (1, 9, 9)


@pytest.mark.parametrize("sum_rows", [lookup_sum, gathered_sum, None])
@pytest.mark.parametrize("make", [clade, spade])
def test_a_large_mean_does_no_harm_to_bfloat16(make, sum_rows):
    """1000 = 1.111101b * 2**9 is a bfloat16 number, and one more step of bfloat16 is 4."""
    layer = make()
    channels = layer.norm.moving_mean.shape[0]
    layer.norm.moving_mean.assign([1000.0] * channels)
    layer.norm.moving_variance.assign([16.0] * channels)
    folded = fold(layer, dtype="bfloat16", sum_rows=sum_rows)
    pyramid = make_pyramid(layer.num_labels)
    x = np.full((2, 5, 6, channels), 1004.0, "float32")
    y = folded(tf.cast(x, tf.bfloat16), folded.prepare(pyramid, 5, 6))
    assert y.dtype == tf.bfloat16
    expected = np.array(layer(x, pyramid, training=False))
    # Two products of bfloat16, each off by 2**-8 at most; rounded shifts would be off by 4 * scale.
    error = np.abs(np.array(tf.cast(y, tf.float32)) - expected).max()
    assert error < 2 * 2**-8 * np.abs(expected).max()


def test_a_batch_of_one_goes_with_all():
    layer = fold(clade(has_instances=True))
    x = np.concatenate([X, 2 * X, 3 * X])
    labels = np.concatenate([LABELS, LABELS[:, :, ::-1], LABELS])
    one = layer.prepare(LayoutPyramid(LABELS, 2, instance_map=LABELS), 1, 2)
    three = layer.prepare(LayoutPyramid(labels, 2, instance_map=labels), 1, 2)
    for k in range(3):
        np.testing.assert_allclose(layer(x, one)[k], layer(x[k : k + 1], one)[0])
        label = labels[k : k + 1]
        alone = layer.prepare(LayoutPyramid(label, 2, instance_map=label), 1, 2)
        np.testing.assert_allclose(layer(X, three)[k], layer(X, alone)[0])
