import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.training.adam import Adam


def steps(optimizer, gradients):
    """A weight of 0 after each step."""
    weight = keras.Variable([0.0])
    path = []
    for gradient in gradients:
        optimizer.apply([np.array([gradient], "float32")], [weight])
        path.append(float(weight.numpy()[0]))
    return path


def test_by_hand():
    # t = 1: m = 0.5 * 2 = 1, corrected 2; v = 0.1 * 4 = 0.4, corrected 4; 0.1 * 2 / (2 + 1).
    # t = 2: m = 0.5 * 1 = 0.5, corrected 0.5 / 0.75; v = 0.9 * 0.4, corrected 0.36 / 0.19.
    optimizer = Adam(0.1, beta_1=0.5, beta_2=0.9, epsilon=1.0)
    first = -0.1 * 2 / 3
    second = first - 0.1 * (0.5 / 0.75) / (np.sqrt(0.36 / 0.19) + 1)
    assert steps(optimizer, [2.0, 0.0]) == pytest.approx([first, second], rel=1e-6)


def test_differs_from_keras_in_epsilon_alone():
    gradients = [3.0, -1.0, 0.5, 2.0]
    ours, theirs = Adam(0.1, epsilon=1e-12), keras.optimizers.Adam(0.1, epsilon=1e-12)
    assert steps(ours, gradients) == pytest.approx(steps(theirs, gradients), rel=1e-5)
    ours, theirs = Adam(0.1, epsilon=1.0), keras.optimizers.Adam(0.1, epsilon=1.0)
    assert abs(steps(ours, gradients)[0] - steps(theirs, gradients)[0]) > 0.05


def test_several_steps_make_one_update_with_their_mean_gradient():
    gradients = [3.0, 1.0, -1.0, 5.0, 2.0]  # the last waits for another
    path = steps(Adam(0.1, beta_1=0.5, accumulation_steps=2), gradients)
    first, second = steps(Adam(0.1, beta_1=0.5), [2.0, 2.0])
    assert path == pytest.approx([0.0, first, first, second, second], rel=1e-6)
    theirs = keras.optimizers.Adam(0.1, beta_1=0.5, epsilon=1e-12, gradient_accumulation_steps=2)
    ours = Adam(0.1, beta_1=0.5, epsilon=1e-12, accumulation_steps=2)
    assert steps(ours, gradients) == pytest.approx(steps(theirs, gradients), rel=1e-5)


@pytest.mark.parametrize("scaled", [False, True])
def test_replicas_add_up_the_gradients_of_several_steps(two_replicas, scaled):
    """Gradients 1 and 2, then 3 and 6: the update is with (3 + 9) / 2 = 6, on both replicas."""
    with two_replicas.scope():
        weight = keras.Variable([0.0])
        adam = Adam(0.1, beta_1=0.5, epsilon=1.0, accumulation_steps=2)
        optimizer = keras.optimizers.LossScaleOptimizer(adam, 4.0) if scaled else adam
        optimizer.build([weight])

    @tf.function
    def step(gradient):
        def of_replica():
            replica = tf.distribute.get_replica_context().replica_id_in_sync_group
            mine = gradient * tf.cast(replica + 1, tf.float32)
            optimizer.apply([optimizer.scale_loss(mine)], [weight])

        two_replicas.run(of_replica)

    expected = steps(Adam(0.1, beta_1=0.5, epsilon=1.0), [6.0])[0]
    for gradient, value in ((1.0, 0.0), (3.0, expected), (5.0, expected)):
        step(tf.constant([gradient]))
        for copy in two_replicas.experimental_local_results(weight.value):
            assert float(copy[0]) == pytest.approx(value, rel=1e-6)
    (waiting,) = (v for v in optimizer.variables if "gradient_accumulator" in v.path)
    np.testing.assert_allclose(waiting.numpy(), [15.0])


def test_config_round_trip():
    optimizer = Adam(0.1, beta_1=0.0, beta_2=0.9, epsilon=1e-8, accumulation_steps=3)
    config = optimizer.get_config()
    assert Adam.from_config(config).get_config() == config
