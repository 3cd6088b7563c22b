import numpy as np

from spade_tf.layers import Unmodulated


def test_it_only_normalises_and_needs_no_layout():
    layer = Unmodulated(3, has_instances=True, param_free_norm="instance")
    layer.build((1, 1, 2, 1))
    out = layer(np.float32([[[[1], [3]]]]), None)
    np.testing.assert_allclose(np.ravel(out), [-1, 1], atol=1e-5)
    assert layer.extra_channels == 0
    assert not layer.trainable_variables
