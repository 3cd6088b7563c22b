import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.diversity import mean_pairwise_distance

EAST, NORTH, SOUTH = [3.0, 0.0], [0.0, 5.0], [0.0, -0.1]


def samples(*pixels):
    """One layer of samples of one pixel."""
    return np.array(pixels)[:, np.newaxis, np.newaxis, :]


def test_by_hand():
    """Directions count, lengths do not: squared distances 2 (EAST to each other one) and 4."""
    layer = samples(EAST, NORTH, SOUTH)
    assert mean_pairwise_distance([layer]) == pytest.approx((2 + 2 + 4) / 3)
    weights = [np.array([0.0, 0.5])]  # only the second channel, halved: 0.5, 0.5, 2
    assert mean_pairwise_distance([layer], weights) == pytest.approx(3 / 3)


def test_pixels_are_averaged_and_layers_added():
    alike, opposite = samples(EAST, EAST), samples(NORTH, SOUTH)
    both = np.concatenate([alike, opposite], axis=1)
    assert mean_pairwise_distance([alike]) == 0
    assert mean_pairwise_distance([both]) == pytest.approx(2)
    assert mean_pairwise_distance([both, opposite]) == pytest.approx(6)


def test_features_of_zero_differ_from_nothing_but_features():
    zero = [0.0, 0.0]
    assert mean_pairwise_distance([samples(zero, zero)]) == 0
    assert mean_pairwise_distance([samples(zero, NORTH)]) == pytest.approx(1)


def test_bad_input():
    layer = samples(EAST, NORTH)
    with pytest.raises(UserError, match=r"layers of \[1\] samples; give two or more"):
        mean_pairwise_distance([layer[:1]])
    with pytest.raises(UserError, match=r"layers of \[2, 3\] samples"):
        mean_pairwise_distance([layer, samples(EAST, NORTH, SOUTH)])
    with pytest.raises(UserError, match=r"channel_weights for \[3\] channels, expected \[2\]"):
        mean_pairwise_distance([layer], [np.ones(3)])
    with pytest.raises(UserError, match=r"layers of \[\] samples"):
        mean_pairwise_distance([])
