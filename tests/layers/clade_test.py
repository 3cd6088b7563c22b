import numpy as np
import pytest

from spade_tf.layers import CLADE, LayoutPyramid

ROOT = np.sqrt(1 + 1e-5)  # what inference divides by before any training


def clade(**kwargs):
    """One channel; gamma 2 and 3, beta 10 and 20 for labels 0 and 1."""
    layer = CLADE(num_labels=2, **kwargs)
    layer.build((None, None, None, 1))
    layer.gamma.assign([[2.0], [3.0]])
    layer.beta.assign([[10.0], [20.0]])
    return layer


def test_rows_of_the_class_scale_and_shift():
    x = np.full((1, 2, 2, 1), 5 * ROOT, "float32")
    y = clade()(x, LayoutPyramid(np.array([[[0, 1], [1, 1]]]), 2))
    # 5 * 2 + 10 and 5 * 3 + 20: the scale is gamma, not 1 + gamma
    np.testing.assert_allclose(np.array(y)[0, :, :, 0], [[20, 35], [35, 35]], rtol=1e-6)


def test_edge_channel_is_appended_after_modulation():
    layer = clade(has_instances=True)
    layer.edge_conv.set_weights([np.array([[[[4.0]]]]), np.array([0.5])])
    pyramid = LayoutPyramid(np.array([[[0, 0, 1, 1]]]), 2, np.array([[[8, 8, 9, 9]]]))
    y = np.array(layer(np.full((1, 1, 4, 1), ROOT, "float32"), pyramid))
    np.testing.assert_allclose(y[0, 0, :, 0], [12, 12, 23, 23], rtol=1e-6)
    np.testing.assert_allclose(y[0, 0, :, 1], [0.5, 4.5, 4.5, 0.5], rtol=1e-6)
    assert layer.extra_channels == 1
    assert clade().extra_channels == 0


def test_positions_multiply_gamma_and_beta():
    layer = clade(use_positions=True)
    layer.gamma_position_conv.set_weights([np.array([[[[1.0], [2.0]]]]), np.array([0.0])])
    layer.beta_position_conv.set_weights([np.array([[[[-1.0], [0.0]]]]), np.array([0.5])])
    position = np.array([[[[0.5, -1.0], [0.0, 0.25]]]], "float32")
    pyramid = LayoutPyramid(np.array([[[0, 1]]]), 2, position_map=position)
    y = layer(np.full((1, 1, 2, 1), ROOT, "float32"), pyramid)
    # gamma: 2 * (1 + 0.5 - 2) = -1 and 3 * (1 + 0.5) = 4.5
    # beta: 10 * (1 - 0.5 + 0.5) = 10 and 20 * (1 + 0.5) = 30
    np.testing.assert_allclose(np.array(y).ravel(), [9, 34.5], rtol=1e-6)


def test_gamma_starts_uniform_and_beta_zero():
    layer = CLADE(num_labels=50)
    layer.build((None, None, None, 200))
    gamma = layer.gamma.numpy()
    assert 0 <= gamma.min() < 0.01
    assert 0.99 < gamma.max() <= 1
    assert gamma.mean() == pytest.approx(0.5, abs=0.02)
    assert not layer.beta.numpy().any()


def test_number_of_parameters():
    layer = CLADE(num_labels=7, has_instances=True, use_positions=True)
    layer.build((None, None, None, 10))
    trainable = 2 * 7 * 10 + (1 + 1) + 2 * (2 + 1)
    assert sum(int(np.prod(v.shape)) for v in layer.trainable_variables) == trainable


def test_layout_without_positions():
    with pytest.raises(ValueError, match="has no position_map"):
        clade(use_positions=True)(
            np.zeros((1, 1, 1, 1), "float32"), LayoutPyramid(np.zeros((1, 1, 1), "int32"), 2)
        )
