import numpy as np
import pytest

from spade_tf.layers import Concat, LayoutPyramid

LABELS = np.int32([[[0, 2], [1, 1]]])
INSTANCES = np.int32([[[0, 0], [1, 1]]])


def test_the_layout_comes_after_the_normalised_features():
    layer = Concat(3, has_instances=True, param_free_norm="instance")
    layer.build((1, 2, 2, 1))
    x = np.float32([[[[1], [3]], [[1], [3]]]])  # mean 2, deviation 1
    out = np.asarray(layer(x, LayoutPyramid(LABELS, 3, INSTANCES)))
    expected = [[[-1, 1, 0, 0, 1], [1, 0, 0, 1, 1]], [[-1, 0, 1, 0, 1], [1, 0, 1, 0, 1]]]
    np.testing.assert_allclose(out[0], expected, atol=1e-5)
    assert layer.compute_output_shape((None, 2, 2, 1)) == (None, 2, 2, 5)


def test_edges_only_where_the_layer_has_instances():
    layer = Concat(3)
    layer.build((1, 2, 2, 1))
    out = layer(np.zeros((1, 2, 2, 1), "float32"), LayoutPyramid(LABELS, 3, INSTANCES))
    assert out.shape == (1, 2, 2, 4)


def test_a_layout_of_other_labels_is_refused():
    layer = Concat(4)
    layer.build((1, 2, 2, 1))
    with pytest.raises(ValueError, match="made for 4 labels, but the layout has 3"):
        layer(np.zeros((1, 2, 2, 1), "float32"), LayoutPyramid(LABELS, 3))
