import numpy as np
import pytest

from spade_tf.evaluation.networks.padding import max_pool_after_relu, pad


def test_zeros_before_and_after():
    padded = pad(np.ones((1, 1, 1, 1), "float32"), (1, 0), (0, 2))
    np.testing.assert_array_equal(padded[0, :, :, 0], [[0, 0, 0], [1, 0, 0]])


@pytest.mark.parametrize(
    ("side", "ceil", "expected"),
    [(4, False, [1, 3]), (4, True, [1, 3, 3]), (5, False, [1, 3, 4]), (5, True, [1, 3, 4])],
)
def test_maxima_of_a_ramp(side, ceil, expected):
    """Centres lie at 0, 2, 4: PyTorch pads before the map, TensorFlow's "same" would not."""
    ramp = np.broadcast_to(np.arange(side, dtype="float32")[None, None, :, None], (1, 3, side, 1))
    pooled = np.asarray(max_pool_after_relu(ramp, ceil))
    np.testing.assert_array_equal(pooled[0, 0, :, 0], expected)
