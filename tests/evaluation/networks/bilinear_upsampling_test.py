import numpy as np
import pytest

from spade_tf.evaluation.networks.bilinear_upsampling import BilinearUpsampling


def transposed_convolution(x, kernel, factor):
    """Every pixel adds its copy of the kernel; then factor / 2 pixels fall off on each side."""
    _, height, width, channels = x.shape
    full = np.zeros((factor * (height + 1), factor * (width + 1), channels))
    for i in range(height):
        for j in range(width):
            rows = slice(factor * i, factor * (i + 2))
            columns = slice(factor * j, factor * (j + 2))
            full[rows, columns] += x[0, i, j] * kernel[:, :, 0]
    half = factor // 2
    return full[half:-half, half:-half]


def test_initial_kernel_by_hand():
    layer = BilinearUpsampling(2)
    layer.build((None, None, None, 1))
    line = np.float32([1, 3, 3, 1]) / 4
    np.testing.assert_allclose(layer.kernel[:, :, 0, 0], np.outer(line, line))
    # Twice as many pixels between 4 and 8; the outermost are mixed with zeros.
    enlarged = layer(np.float32([4, 8]).reshape(1, 1, 2, 1))
    np.testing.assert_allclose(enlarged[0, 0, :, 0], np.float32([3, 5, 7, 6]) * 3 / 4)


@pytest.mark.parametrize("factor", [2, 8])
def test_any_kernel_is_a_transposed_convolution(factor):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1, 3, 4, 2)).astype("float32")
    layer = BilinearUpsampling(factor)
    layer.build(x.shape)
    kernel = rng.normal(size=layer.kernel.shape)
    layer.kernel.assign(kernel)
    expected = transposed_convolution(x, kernel, factor)
    np.testing.assert_allclose(layer(x)[0], expected, atol=1e-5)
    assert BilinearUpsampling.from_config(layer.get_config()).factor == factor
