import hypothesis
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import strategies as st

from spade_tf.inference.winograd import CROWDED, FEWEST_CHANNELS, WinogradConvolution, suits


def test_two_rows_by_four_products():
    kernel = np.zeros((3, 3, 1, 1))
    kernel[:, 1] = np.reshape([1, 2, 4], (3, 1, 1))
    conv = WinogradConvolution(kernel, np.array([10.0]))
    # (1 + 2 + 4) / 2 and (1 - 2 + 4) / 2
    np.testing.assert_allclose([np.ravel(part)[1] for part in conv.kernels], [1, 3.5, 1.5, 4])
    x = np.reshape([1.0, 3.0], (1, 2, 1, 1)).astype("float32")
    # 2 * 1 + 4 * 3 + 10, and 1 * 1 + 2 * 3 + 10
    np.testing.assert_allclose(np.ravel(conv(x)), [24, 17])


@hypothesis.settings(max_examples=25, deadline=None)
@hypothesis.given(
    st.tuples(*[st.integers(1, 7)] * 3), st.integers(1, 9), st.integers(1, 9), st.booleans()
)
def test_is_the_convolution(sizes, channels, filters, has_bias):
    """Of any batch, height, even or odd, and width."""
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(3, 3, channels, filters))
    bias = rng.normal(size=filters) if has_bias else np.zeros(filters)
    x = rng.normal(size=(*sizes, channels)).astype("float32")
    expected = tf.nn.conv2d(x, kernel.astype("float32"), 1, "SAME") + bias
    found = WinogradConvolution(kernel, bias if has_bias else None)(x)
    limit = 2e-6 * np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=0, atol=limit)


@pytest.mark.parametrize("has_bias", [False, True])
def test_rows_of_filters_do_not_crowd_the_cache(has_bias):
    rng = np.random.default_rng(0)
    kernel = rng.normal(size=(3, 3, 2, 2 * CROWDED))
    bias = rng.normal(size=2 * CROWDED) if has_bias else np.zeros(2 * CROWDED)
    conv = WinogradConvolution(kernel, bias if has_bias else None)
    assert all(part.shape[-1] % CROWDED for part in conv.kernels)
    x = rng.normal(size=(1, 3, 2, 2)).astype("float32")
    expected = tf.nn.conv2d(x, kernel.astype("float32"), 1, "SAME") + bias
    np.testing.assert_allclose(conv(x), expected, atol=1e-5)


def test_sizes_need_not_be_known():
    rng = np.random.default_rng(0)
    conv = WinogradConvolution(rng.normal(size=(3, 3, 2, 4)), None)
    compiled = tf.function(conv, input_signature=[tf.TensorSpec((None, None, None, 2))])
    for shape in ((1, 4, 3, 2), (2, 5, 1, 2)):
        x = rng.normal(size=shape).astype("float32")
        np.testing.assert_allclose(compiled(x), conv(x), atol=1e-5)
    assert compiled.get_concrete_function().output_shapes[-1] == 4


@pytest.mark.parametrize(
    ("shape", "dtype", "expected"),
    [
        ((3, 3, FEWEST_CHANNELS, FEWEST_CHANNELS), "float32", True),
        ((3, 3, FEWEST_CHANNELS, FEWEST_CHANNELS), "bfloat16", False),
        ((3, 3, FEWEST_CHANNELS - 1, FEWEST_CHANNELS), "float32", False),
        ((3, 3, FEWEST_CHANNELS, FEWEST_CHANNELS - 1), "float32", False),
        ((1, 1, FEWEST_CHANNELS, FEWEST_CHANNELS), "float32", False),
    ],
)
def test_only_large_kernels_suit_it(shape, dtype, expected):
    assert suits(np.zeros(shape), dtype) == expected
