import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import wide_conv
from spade_tf.layers.wide_conv import WideConv2D


@pytest.fixture
def small(monkeypatch):
    """The rule at a size for tests: 4 filters, up to 40 pixels."""
    monkeypatch.setattr(wide_conv, "CROWDED", 4)
    monkeypatch.setattr(wide_conv, "MOST_PIXELS", 40)


def both(shape, **kwargs):
    """A `WideConv2D` and a `Conv2D` of the same weights, and an input."""
    layers = [kind(8, **kwargs) for kind in (WideConv2D, keras.layers.Conv2D)]
    rng = np.random.default_rng(0)
    for layer in layers:
        layer.build(shape)
    weights = [rng.normal(size=weight.shape) for weight in layers[0].get_weights()]
    for layer in layers:
        layer.set_weights(weights)
    return layers, rng.normal(size=shape).astype("float32")


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("kernel_size", [(3, 3), (1, 1), (4, 2), (3, 5)])
def test_numbers_and_gradients_are_those_of_a_convolution(small, padding, kernel_size):
    layers, x = both((2, 4, 5, 3), kernel_size=kernel_size, padding=padding)
    assert layers[0]._suits(x)
    found = []
    for layer in layers:
        with tf.GradientTape() as tape:
            tape.watch(image := tf.constant(x))
            y = layer(image)
            loss = tf.reduce_sum(y * tf.reshape(tf.range(tf.size(y), dtype="float32"), y.shape))
        found.append([y, *tape.gradient(loss, [image, layer.kernel.value, layer.bias.value])])
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4 * np.abs(theirs).max())


@pytest.mark.parametrize(
    ("shape", "kwargs"),
    [
        ((2, 5, 5, 3), {"padding": "same"}),  # 50 pixels
        ((1, 5, 5, 3), {"strides": 2}),
        ((1, 5, 5, 3), {"dilation_rate": 2}),
        ((1, 5, 5, 4), {"groups": 2}),
    ],
)
def test_leaves_all_else_to_the_convolution(small, shape, kwargs):
    layers, x = both(shape, kernel_size=3, **kwargs)
    assert not layers[0]._suits(x)
    np.testing.assert_allclose(layers[0](x), layers[1](x), rtol=1e-5, atol=1e-5)


def test_leaves_maps_of_unknown_size_to_the_convolution(small):
    layers, x = both((2, 4, 5, 3), kernel_size=3)
    compiled = tf.function(layers[0], input_signature=[tf.TensorSpec((None, None, None, 3))])
    np.testing.assert_allclose(compiled(x), layers[1](x), rtol=1e-4, atol=1e-4)
    operations = {
        operation.type for operation in compiled.get_concrete_function().graph.get_operations()
    }
    assert "Conv2D" in operations and "MatMul" not in operations


def test_is_used_where_the_papers_networks_are_wide():
    """A map of 16x16 and 1024 channels; twice as wide a map, or half as wide a kernel, is not."""
    for channels, side, expected in ((1024, 16, True), (1024, 64, False), (512, 16, False)):
        layer = WideConv2D(channels, 3, padding="same")
        assert layer._suits(np.zeros((1, side, side, 1))) == expected


def test_config_round_trip():
    config = WideConv2D(8, 3, padding="same").get_config()
    assert WideConv2D.from_config(config).get_config() == config
