import keras
import numpy as np
import pytest

from spade_tf.inference.convolution import Convolution, folded_kernel
from spade_tf.layers import SpectralNormalization, same_conv


def test_a_kernel_is_divided_by_sigma():
    layer = SpectralNormalization(same_conv(2, 1, use_bias=False))
    layer.build((None, None, None, 2))
    # The kernel [[3, 0], [0, 1]] with u = v = (1, 0): sigma = 3.
    layer.layer.kernel.assign(np.diag([3.0, 1.0]).reshape(1, 1, 2, 2))
    layer.vector_u.assign([1.0, 0.0])
    layer.vector_v.assign([1.0, 0.0])
    np.testing.assert_allclose(folded_kernel(layer)[0, 0], [[1, 0], [0, 1 / 3]])
    x = np.array([6.0, 6.0], "float32").reshape(1, 1, 1, 2)
    np.testing.assert_allclose(np.ravel(Convolution(layer, "float32")(x)), [6, 2])


@pytest.mark.parametrize("spectral_norm", [False, True])
@pytest.mark.parametrize(("kernel_size", "use_bias"), [(1, False), (3, True)])
def test_is_the_layer(spectral_norm, kernel_size, use_bias):
    layer: keras.layers.Layer = same_conv(4, kernel_size, use_bias=use_bias)
    layer = SpectralNormalization(layer) if spectral_norm else layer
    layer.build((None, None, None, 3))
    if use_bias:
        (layer.layer if spectral_norm else layer).bias.assign([1.0, 2.0, 3.0, 4.0])
    x = np.random.default_rng(0).normal(size=(2, 5, 4, 3)).astype("float32")
    np.testing.assert_allclose(Convolution(layer, "float32")(x), layer(x), rtol=1e-5, atol=1e-6)
