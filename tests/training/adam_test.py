import keras
import numpy as np
import pytest

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


def test_config_round_trip():
    optimizer = Adam(0.1, beta_1=0.0, beta_2=0.9, epsilon=1e-8)
    config = optimizer.get_config()
    assert Adam.from_config(config).get_config() == config
