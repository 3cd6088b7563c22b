import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers.aligned_doubling import double_aligned


def test_by_hand():
    """Three values 0, 5, 20 become six: corners stay, the steps between are 2/5 of the old ones."""
    column = np.float32([0, 5, 20]).reshape(1, 3, 1, 1)
    expected = [0, 2, 4, 8, 14, 20]  # at 0, 2/5, 4/5, 6/5, 8/5, 2
    np.testing.assert_allclose(double_aligned(column)[0, :, 0, 0], expected, rtol=1e-6)
    np.testing.assert_allclose(double_aligned(column)[0, :, 1, 0], expected, rtol=1e-6)


@pytest.mark.parametrize("unknown_size", [False, True])
def test_is_tensorflows_bilinear_with_aligned_corners(unknown_size):
    x = np.random.default_rng(0).normal(size=(2, 4, 6, 3)).astype("float32")
    shape = (None, None, None, 3) if unknown_size else x.shape
    run = tf.function(double_aligned, input_signature=[tf.TensorSpec(shape, tf.float32)])
    expected = tf.raw_ops.ResizeBilinear(images=x, size=(8, 12), align_corners=True)
    np.testing.assert_allclose(run(x), expected, rtol=1e-5, atol=1e-6)
