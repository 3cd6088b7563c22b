import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import ParameterFreeNorm

ONE = 1 / np.sqrt(1 + 1e-5)  # a deviation of 1 over a variance of 1


def column(*values):
    """One-channel 1x1 images: [batch, 1, 1, 1]."""
    return tf.reshape(tf.constant(values, "float32"), (-1, 1, 1, 1))


def flat(x):
    return keras.ops.convert_to_numpy(x).ravel()


def on_two_replicas(strategy, layer, first, second, compiled=True):
    """Training outputs of both replicas for their own inputs."""
    with strategy.scope():
        layer.build((None, 1, 1, 1))
    x = strategy.experimental_distribute_values_from_function(
        lambda context: (first, second)[context.replica_id_in_sync_group]
    )

    def run():
        return strategy.run(lambda x: layer(x, training=True), (x,))

    outputs = tf.function(run)() if compiled else run()
    return [flat(y) for y in strategy.experimental_local_results(outputs)]


@pytest.mark.parametrize("kind", ["sync_batch", "batch"])
def test_batch_statistics_and_running_statistics(kind):
    # mean 2, variance 1, unbiased variance 2
    layer = ParameterFreeNorm(kind)
    np.testing.assert_allclose(flat(layer(column(1, 3), training=True)), [-ONE, ONE], rtol=1e-6)
    np.testing.assert_allclose(layer.moving_mean, [0.2], rtol=1e-6)  # 0.9 * 0 + 0.1 * 2
    np.testing.assert_allclose(layer.moving_variance, [1.1], rtol=1e-6)  # 0.9 * 1 + 0.1 * 2


def test_inference_uses_running_statistics_and_leaves_them():
    layer = ParameterFreeNorm(epsilon=1.0)
    layer.build((None, 1, 1, 1))
    layer.moving_mean.assign([1.0])
    layer.moving_variance.assign([3.0])
    np.testing.assert_allclose(flat(layer(column(1, 5), training=False)), [0, 2], rtol=1e-6)
    np.testing.assert_allclose(flat(layer(column(1, 5))), [0, 2], rtol=1e-6)
    assert flat(layer.moving_mean) == [1.0]
    assert flat(layer.moving_variance) == [3.0]


@pytest.mark.parametrize("training", [False, True])
def test_instance_normalises_each_image_and_channel_alone(training):
    # Two images of 1x2 pixels and two channels.
    x = np.array([[[[1, 10], [3, 30]]], [[[5, 0], [5, 4]]]], "float32")
    layer = ParameterFreeNorm("instance")
    y = np.array(layer(x, training=training))
    np.testing.assert_allclose(y[0, 0], [[-ONE, -1], [ONE, 1]], rtol=1e-6)
    np.testing.assert_allclose(y[1, 0], [[0, -1], [0, 1]], rtol=2e-6)
    assert layer.variables == []


def test_variance_is_exact_for_a_mean_a_thousand_times_the_deviation():
    x = np.random.default_rng(0).normal(1000, 1, (8, 16, 16, 1)).astype("float32")
    layer = ParameterFreeNorm(momentum=0.0)
    y = np.array(layer(x, training=True))
    exact = x.astype("float64")
    np.testing.assert_allclose(layer.moving_variance, [exact.var(ddof=1)], rtol=1e-6)
    np.testing.assert_allclose(y, (exact - exact.mean()) / exact.std(), atol=1e-4)


def test_a_single_value_is_its_own_mean():
    layer = ParameterFreeNorm()
    assert flat(layer(column(7), training=True)) == [0]
    np.testing.assert_allclose(layer.moving_variance, [0.9], rtol=1e-6)


def test_half_precision_input_is_normalised_in_float32():
    # 300**2 overflows float16.
    layer = ParameterFreeNorm(dtype="mixed_float16")
    y = layer(tf.cast(column(-300, 300), "float16"), training=True)
    assert y.dtype == "float16"
    assert flat(y).tolist() == [-1, 1]
    assert layer.moving_variance.dtype == "float32"


@pytest.mark.parametrize("compiled", [True, False])
def test_sync_batch_takes_the_statistics_of_both_replicas(two_replicas, compiled):
    layer = ParameterFreeNorm("sync_batch")
    first, second = on_two_replicas(two_replicas, layer, column(1), column(3), compiled)
    np.testing.assert_allclose(first, [-ONE], rtol=1e-6)
    np.testing.assert_allclose(second, [ONE], rtol=1e-6)
    for copy in two_replicas.experimental_local_results(layer.moving_variance.value):
        np.testing.assert_allclose(copy, [1.1], rtol=1e-6)


def test_sync_batch_weighs_replicas_by_their_pixels(two_replicas):
    # Together 1, 1, 1, 5: mean 2, variance 3, unbiased 4.
    layer = ParameterFreeNorm("sync_batch", epsilon=0.0)
    first, second = on_two_replicas(two_replicas, layer, column(1, 1, 1), column(5))
    np.testing.assert_allclose(first, [-1 / np.sqrt(3)] * 3, rtol=1e-6)
    np.testing.assert_allclose(second, [3 / np.sqrt(3)], rtol=1e-6)
    np.testing.assert_allclose(layer.moving_variance.numpy(), [0.9 + 0.4], rtol=1e-6)


def test_batch_keeps_replicas_apart_but_their_running_statistics_equal(two_replicas):
    # Means 2 and 7, unbiased variances 2 and 8.
    layer = ParameterFreeNorm("batch", epsilon=0.0)
    first, second = on_two_replicas(two_replicas, layer, column(1, 3), column(5, 9))
    np.testing.assert_allclose(first, [-1, 1], rtol=1e-6)
    np.testing.assert_allclose(second, [-1, 1], rtol=1e-6)
    for copy in two_replicas.experimental_local_results(layer.moving_mean.value):
        np.testing.assert_allclose(copy, [0.45], rtol=1e-6)
    for copy in two_replicas.experimental_local_results(layer.moving_variance.value):
        np.testing.assert_allclose(copy, [0.9 + 0.5], rtol=1e-6)


def test_unknown_kind():
    with pytest.raises(ValueError, match="'group'.*sync_batch, batch, instance"):
        ParameterFreeNorm("group")


def test_a_uniform_channel_is_zero_and_not_its_rounding():
    # 0.1 is no sum of powers of two: adding up 0.1 many times does not give a multiple of it.
    x = np.full((1, 48, 40, 2), 0.1, "float32")
    x[0, 0, 0, 1] = 0.2
    norm = ParameterFreeNorm("instance")
    norm.build(x.shape)
    out = np.asarray(norm(x))
    assert not out[..., 0].any()
    assert out[0, 0, 0, 1] > 1


@pytest.mark.parametrize("kind", ["sync_batch", "batch", "instance"])
def test_gradient_is_that_of_the_formula(kind):
    rng = np.random.default_rng(0)
    x, weights = rng.normal(3, 2, size=(2, 2, 4, 3, 5))
    norm = ParameterFreeNorm(kind)
    norm.build(x.shape)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x := tf.constant(x))
        mean, variance = tf.nn.moments(
            x, [1, 2] if kind == "instance" else [0, 1, 2], keepdims=True
        )
        theirs = tf.reduce_sum((x - mean) / tf.sqrt(variance + 1e-5) * weights)
        ours = tf.reduce_sum(norm(tf.cast(x, tf.float32), training=True) * weights)
    expected = tape.gradient(theirs, x)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(tape.gradient(ours, x), expected, atol=1e-6)


def test_gradient_of_sync_batch_flows_between_replicas(two_replicas):
    """As that of one replica with all images."""
    rng = np.random.default_rng(0)
    values, weights = rng.normal(size=(2, 4, 1, 1, 1)).astype("float32")

    def gradient(layer, x, weights):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, training=True) * weights)
        return tape.gradient(loss, x)

    whole = ParameterFreeNorm("sync_batch")
    expected = flat(gradient(whole, tf.constant(values), weights))
    with two_replicas.scope():
        shared = ParameterFreeNorm("sync_batch")
        shared.build(values.shape)

    @tf.function
    def run():
        def of_replica():
            first = 2 * tf.distribute.get_replica_context().replica_id_in_sync_group
            x, mine = (tf.constant(all_)[first : first + 2] for all_ in (values, weights))
            return gradient(shared, x, mine)

        return two_replicas.run(of_replica)

    found = [flat(part) for part in two_replicas.experimental_local_results(run())]
    assert np.abs(expected).max() > 0.01
    np.testing.assert_allclose(np.concatenate(found), expected, atol=1e-6)
