import numpy as np
import pytest

from spade_tf.layers import CLADE, SPADE, LayoutPyramid, modulate

X = np.zeros((1, 2, 2, 3), "float32")
LABELS = np.zeros((1, 2, 2), "int32")


def test_modulate():
    assert modulate(2.0, 0.5, 1.0) == 4.0
    assert modulate(2.0, 0.0, 0.0) == 2.0


@pytest.mark.parametrize("layer_class", [SPADE, CLADE])
def test_layout_with_other_labels(layer_class):
    layer = layer_class(num_labels=5, name="norm_0")
    with pytest.raises(ValueError, match="norm_0 was made for 5 labels.*layout has 4"):
        layer(X, LayoutPyramid(LABELS, 4))


@pytest.mark.parametrize("layer_class", [SPADE, CLADE])
def test_layout_without_the_instance_map(layer_class):
    with pytest.raises(ValueError, match="has no instance_map"):
        layer_class(num_labels=5, has_instances=True)(X, LayoutPyramid(LABELS, 5))


@pytest.mark.parametrize("layer_class", [SPADE, CLADE])
def test_instances_are_not_read_unless_asked_for(layer_class):
    y = layer_class(num_labels=5)(X, LayoutPyramid(LABELS, 5, instance_map=LABELS))
    assert y.shape == X.shape
