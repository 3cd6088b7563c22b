import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import SpectralNormalization, spectral_normalization

IDENTITY = np.eye(2, dtype="float32")
KERNEL = np.array([[3.0, 0.0], [0.0, 1.0]], "float32")


@pytest.fixture(params=["kernel", "output"])
def divided(request, monkeypatch):
    """Sigma divides the kernel, as always where it is small, or what a large one makes."""
    if request.param == "output":
        monkeypatch.setattr(spectral_normalization, "LARGE", 0)
    return request.param


def dense(kernel, u=None, v=None, **kwargs):
    """A wrapped Dense layer without bias, whose output for the identity is kernel / sigma."""
    layer = SpectralNormalization(keras.layers.Dense(kernel.shape[1], use_bias=False), **kwargs)
    layer.build((None, kernel.shape[0]))
    layer.layer.kernel.assign(kernel)
    for vector, value in ((layer.vector_u, u), (layer.vector_v, v)):
        if value is not None:
            vector.assign(np.array(value) / np.linalg.norm(value))
    return layer


def test_one_step_of_power_iteration_by_hand():
    # v = W u = (3, 1) / sqrt(10), u = W^T v = (9, 1) / sqrt(82), sigma = 82 / sqrt(820)
    layer = dense(KERNEL, u=[1, 1])
    y = layer(IDENTITY, training=True)
    np.testing.assert_allclose(layer.vector_v, np.array([3, 1]) / np.sqrt(10), rtol=1e-6)
    np.testing.assert_allclose(layer.vector_u, np.array([9, 1]) / np.sqrt(82), rtol=1e-6)
    np.testing.assert_allclose(y, KERNEL / np.sqrt(8.2), rtol=1e-6)


def test_several_steps_for_each_call():
    twice, once = dense(KERNEL, u=[1, 1], power_iterations=2), dense(KERNEL, u=[1, 1])
    y = twice(IDENTITY, training=True)
    once(IDENTITY, training=True)
    np.testing.assert_allclose(y, once(IDENTITY, training=True), rtol=1e-6)
    np.testing.assert_allclose(twice.vector_u, np.array([81, 1]) / np.sqrt(6562), rtol=1e-6)


def test_converges_to_the_largest_singular_value():
    layer = dense(KERNEL)
    for _ in range(15):
        y = layer(IDENTITY, training=True)
    np.testing.assert_allclose(y, KERNEL / 3, rtol=1e-5)


def test_stored_kernel_is_left_alone():
    layer = dense(KERNEL)
    layer(IDENTITY, training=True)
    np.testing.assert_array_equal(layer.layer.kernel, KERNEL)


def test_inference_uses_the_stored_vectors_and_leaves_them():
    # v^T W u = 0.6 * 3 * 0.8 + 0.8 * 1 * 0.6
    layer = dense(KERNEL, u=[0.8, 0.6], v=[0.6, 0.8])
    np.testing.assert_allclose(layer(IDENTITY, training=False), KERNEL / 1.92, rtol=1e-6)
    np.testing.assert_allclose(layer(IDENTITY), KERNEL / 1.92, rtol=1e-6)
    np.testing.assert_allclose(layer.vector_u, [0.8, 0.6], rtol=1e-6)


def test_vectors_start_at_length_one():
    layer = dense(np.ones((5, 3), "float32"))
    assert np.linalg.norm(layer.vector_u) == pytest.approx(1)
    assert np.linalg.norm(layer.vector_v) == pytest.approx(1)
    assert (layer.vector_u.shape, layer.vector_v.shape) == ((3,), (5,))


def test_gradient_flows_through_sigma(divided):
    rng = np.random.default_rng(0)
    kernel, x, weights = rng.normal(size=(4, 3)), rng.normal(size=(3, 4)), rng.normal(size=(3, 3))
    layer = dense(kernel.astype("float32"))
    x = x.astype("float32")
    assert layer._has_smaller_output(x) == (divided == "output")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x, training=True) * weights)
    gradient = tape.gradient(loss, layer.layer.kernel.value)

    u, v = (vector.numpy().astype("float64") for vector in (layer.vector_u, layer.vector_v))
    numeric = np.zeros_like(kernel)
    for index in np.ndindex(*kernel.shape):
        step = np.zeros_like(kernel)
        step[index] = 1e-5
        high, low = (
            np.sum(weights * (x @ moved) / (v @ moved @ u))
            for moved in (kernel + step, kernel - step)
        )
        numeric[index] = (high - low) / 2e-5
    np.testing.assert_allclose(gradient, numeric, atol=1e-5)


def test_convolution_kernel_is_a_matrix_with_outputs_last(divided):
    layer = SpectralNormalization(keras.layers.Conv2D(4, 3, padding="same"))
    x = np.random.default_rng(0).normal(size=(1, 5, 3, 2)).astype("float32")
    layer.build(x.shape)
    assert layer._has_smaller_output(x) == (divided == "output")
    layer.layer.bias.assign([1.0, 2.0, 3.0, 4.0])
    for _ in range(100):
        y = layer(x, training=True)
    kernel = layer.layer.kernel.numpy()
    sigma = np.linalg.svd(kernel.reshape(18, 4), compute_uv=False)[0]
    expected = tf.nn.conv2d(x, kernel / sigma, 1, "SAME") + layer.layer.bias.value
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_takes_sigma_of_the_float32_kernel(policy):
    kernel = np.array([[1.003, 0.2], [0.1, 0.507]], "float32")
    full = dense(kernel, u=[1, 1])
    layer = SpectralNormalization(keras.layers.Dense(2, use_bias=False, dtype=policy))
    layer.build((None, 2))
    layer.layer.kernel.assign(kernel)
    layer.vector_u.assign(full.vector_u)
    expected = full(IDENTITY, training=True)
    y = layer(IDENTITY, training=True)
    assert y.dtype == policy.removeprefix("mixed_")
    np.testing.assert_array_equal(layer.vector_v, full.vector_v)
    np.testing.assert_array_equal(y, tf.cast(expected, y.dtype))


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Dense(3, activation="relu"),
        keras.layers.Dense(3, dtype="mixed_bfloat16"),
        keras.layers.EinsumDense("bc,cd->bd", 3),
    ],
)
def test_divides_the_kernel_of_what_is_not_known_to_be_linear_or_exact(layer, monkeypatch):
    monkeypatch.setattr(spectral_normalization, "LARGE", 0)
    wrapped = SpectralNormalization(layer)
    wrapped.build((1, 4))
    assert not wrapped._has_smaller_output(np.ones((1, 4)))


def test_bias_of_a_divided_output_is_not_divided(divided):
    layer = SpectralNormalization(keras.layers.Dense(3))
    layer.build((None, 4))
    layer.layer.bias.assign([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        y = layer(np.zeros((1, 4), "float32"), training=True)
    np.testing.assert_allclose(y, [[1, 2, 3]], rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(y, layer.layer.bias.value), [1, 1, 1], rtol=1e-6)


def test_works_in_a_functional_model():
    inputs = keras.Input((2,))
    dense_layer = keras.layers.Dense(3, dtype="mixed_bfloat16")
    outputs = SpectralNormalization(dense_layer)(inputs)
    assert outputs.dtype == "bfloat16"
    assert keras.Model(inputs, outputs)(IDENTITY).shape == (2, 3)


def test_layer_without_a_kernel():
    with pytest.raises(ValueError, match="ReLU has no variable 'kernel'"):
        SpectralNormalization(keras.layers.ReLU()).build((None, 2))


def test_no_iterations():
    with pytest.raises(ValueError, match="power_iterations 0"):
        SpectralNormalization(keras.layers.Dense(2), power_iterations=0)
