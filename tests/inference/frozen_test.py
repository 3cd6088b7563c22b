import numpy as np

from spade_tf.inference.frozen import folded_kernel, own_bias
from spade_tf.layers import SpectralNormalization, same_conv


def test_a_kernel_is_divided_by_sigma():
    layer = SpectralNormalization(same_conv(2, 1, use_bias=False))
    layer.build((None, None, None, 2))
    # The kernel [[3, 0], [0, 1]] with u = v = (1, 0): sigma = 3.
    layer.layer.kernel.assign(np.diag([3.0, 1.0]).reshape(1, 1, 2, 2))
    layer.vector_u.assign([1.0, 0.0])
    layer.vector_v.assign([1.0, 0.0])
    np.testing.assert_allclose(folded_kernel(layer)[0, 0], [[1, 0], [0, 1 / 3]])
    assert own_bias(layer) is None


def test_a_bias_is_that_of_the_convolution_itself():
    layer = SpectralNormalization(same_conv(2, 1))
    layer.build((None, None, None, 2))
    layer.layer.bias.assign([3.0, 4.0])
    np.testing.assert_array_equal(own_bias(layer), [3, 4])
