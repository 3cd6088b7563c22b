import keras
import numpy as np
import pytest

import spade_tf.inference.winograd
from spade_tf.inference.convolution import make_convolution
from spade_tf.inference.winograd import WinogradConvolution
from spade_tf.layers import SpectralNormalization, same_conv


@pytest.mark.parametrize("spectral_norm", [False, True])
@pytest.mark.parametrize(("kernel_size", "use_bias"), [(1, False), (3, True)])
@pytest.mark.parametrize("winograd", [False, True])
def test_is_the_layer(spectral_norm, kernel_size, use_bias, winograd, monkeypatch):
    monkeypatch.setattr(spade_tf.inference.winograd, "FEWEST_CHANNELS", 3)
    layer: keras.layers.Layer = same_conv(4, kernel_size, use_bias=use_bias)
    layer = SpectralNormalization(layer) if spectral_norm else layer
    layer.build((None, None, None, 3))
    if use_bias:
        (layer.layer if spectral_norm else layer).bias.assign([1.0, 2.0, 3.0, 4.0])
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 3)).astype("float32")
    convolution = make_convolution(layer, "float32", winograd)
    assert isinstance(convolution, WinogradConvolution) == (winograd and kernel_size == 3)
    np.testing.assert_allclose(convolution(x), layer(x), rtol=1e-5, atol=2e-6)
    bias = [1.0, 2.0, 3.0, 4.0] if use_bias else 0.0
    without = make_convolution(layer, "float32", winograd, use_bias=False)
    np.testing.assert_allclose(without(x) + bias, layer(x), rtol=1e-5, atol=2e-6)
