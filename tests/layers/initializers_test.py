import numpy as np
import pytest

from spade_tf.layers import xavier_normal


def test_standard_deviation_is_gain_times_glorot():
    # fan_in = 3*3*64, fan_out = 3*3*128: 0.5 * sqrt(2 / 1728)
    draw = np.array(xavier_normal(gain=0.5)((3, 3, 64, 128)))
    assert draw.std() == pytest.approx(0.5 * np.sqrt(2 / 1728), rel=0.01)
    assert abs(draw.mean()) < 0.01 * draw.std()


def test_is_not_truncated():
    draw = np.array(xavier_normal()((3, 3, 64, 128)))
    assert np.abs(draw).max() > 3.5 * draw.std()


def test_each_one_draws_other_numbers():
    assert not np.array_equal(xavier_normal()((4, 4)), xavier_normal()((4, 4)))
