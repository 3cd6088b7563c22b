import numpy as np
import pytest

from spade_tf.layers import SPADE, LayoutPyramid

ROOT = np.sqrt(1 + 1e-5)  # what inference divides by before any training


def test_one_pixel_kernels_by_hand():
    # hidden = relu(3 or -1), gamma = 2 * hidden + 1, beta = hidden - 4
    layer = SPADE(num_labels=2, hidden_width=1, kernel_size=1)
    layer.build((None, None, None, 1))
    layer.mask_conv.set_weights([np.array([[[[3.0], [-1.0]]]]), np.array([0.0])])
    layer.gamma_conv.set_weights([np.array([[[[2.0]]]]), np.array([1.0])])
    layer.beta_conv.set_weights([np.array([[[[1.0]]]]), np.array([-4.0])])
    x = np.full((1, 2, 2, 1), 10 * ROOT, "float32")
    y = layer(x, LayoutPyramid(np.array([[[0, 1], [1, 0]]]), 2))
    # label 0: 10 * (1 + 7) + (3 - 4); label 1: 10 * (1 + 1) + (0 - 4)
    np.testing.assert_allclose(np.array(y)[0, :, :, 0], [[79, 16], [16, 79]], rtol=1e-6)


def test_three_pixel_kernels_pad_with_zeros():
    # All-ones kernels over a constant 3x3 map: hidden counts the neighbours inside the map,
    # [[4, 6, 4], [6, 9, 6], [4, 6, 4]], and gamma sums those.
    layer = SPADE(num_labels=1, hidden_width=1, kernel_size=3)
    layer.build((None, None, None, 1))
    ones = np.ones((3, 3, 1, 1))
    layer.mask_conv.set_weights([ones, np.zeros(1)])
    layer.gamma_conv.set_weights([ones, np.zeros(1)])
    layer.beta_conv.set_weights([0 * ones, np.zeros(1)])
    x = np.full((1, 3, 3, 1), ROOT, "float32")
    y = layer(x, LayoutPyramid(np.zeros((1, 3, 3), "int32"), 1))
    gamma = np.array([[25, 35, 25], [35, 49, 35], [25, 35, 25]])
    np.testing.assert_allclose(np.array(y)[0, :, :, 0], 1 + gamma, rtol=1e-6)


def test_edges_are_the_last_channel():
    layer = SPADE(num_labels=2, has_instances=True, hidden_width=1, kernel_size=1)
    layer.build((None, None, None, 1))
    layer.mask_conv.set_weights([np.array([[[[0.0], [0.0], [5.0]]]]), np.zeros(1)])
    layer.gamma_conv.set_weights([np.zeros((1, 1, 1, 1)), np.zeros(1)])
    layer.beta_conv.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1)])
    pyramid = LayoutPyramid(np.array([[[0, 1, 1, 1]]]), 2, np.array([[[8, 8, 9, 9]]]))
    y = layer(np.zeros((1, 1, 4, 1), "float32"), pyramid)
    assert np.array(y).ravel().tolist() == [0, 5, 5, 0]


def test_reads_the_layout_at_the_size_of_the_features():
    layer = SPADE(num_labels=2, hidden_width=1, kernel_size=1)
    layer.build((None, None, None, 1))
    layer.mask_conv.set_weights([np.array([[[[0.0], [1.0]]]]), np.zeros(1)])
    layer.gamma_conv.set_weights([np.zeros((1, 1, 1, 1)), np.zeros(1)])
    layer.beta_conv.set_weights([np.ones((1, 1, 1, 1)), np.zeros(1)])
    y = layer(np.zeros((1, 1, 2, 1), "float32"), LayoutPyramid(np.array([[[0, 1, 1, 0]]]), 2))
    assert np.array(y).ravel().tolist() == [0, 1]


def test_normalises_with_the_batch_in_training():
    layer = SPADE(num_labels=1, hidden_width=2, kernel_size=1)
    layer.build((None, None, None, 1))
    for conv in (layer.gamma_conv, layer.beta_conv):
        conv.kernel.assign(0 * conv.kernel)
    x = np.array([1.0, 3.0], "float32").reshape(1, 1, 2, 1)
    y = layer(x, LayoutPyramid(np.zeros((1, 1, 2), "int32"), 1), training=True)
    np.testing.assert_allclose(np.array(y).ravel(), [-1 / ROOT, 1 / ROOT], rtol=1e-6)


def test_starts_near_the_identity():
    layer = SPADE(num_labels=4)
    layer.build((None, None, None, 8))
    for conv in (layer.mask_conv, layer.gamma_conv, layer.beta_conv):
        assert not conv.bias.numpy().any()
        fan_in, fan_out = (9 * size for size in conv.kernel.shape[2:])
        deviation = 0.02 * np.sqrt(2 / (fan_in + fan_out))
        assert np.std(conv.kernel) == pytest.approx(deviation, rel=0.1)


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_number_of_parameters(kernel_size):
    layer = SPADE(num_labels=3, has_instances=True, hidden_width=6, kernel_size=kernel_size)
    layer.build((None, None, None, 10))
    area = kernel_size**2
    trainable = area * (3 + 1) * 6 + 6 + 2 * (area * 6 * 10 + 10)
    assert sum(int(np.prod(v.shape)) for v in layer.trainable_variables) == trainable
    assert sum(int(np.prod(v.shape)) for v in layer.non_trainable_variables) == 2 * 10


def test_unknown_kernel_size():
    with pytest.raises(ValueError, match="kernel_size 2: expected 1, 3 or 5"):
        SPADE(num_labels=3, kernel_size=2)


def test_unknown_modulation():
    with pytest.raises(ValueError, match="modulation 'fast': expected one of auto, neighb"):
        SPADE(num_labels=3, modulation="fast")


@pytest.mark.parametrize(
    ("modulation", "counted"), [("auto", True), ("neighbourhoods", True), ("convolutions", False)]
)
def test_modulation_says_how_gamma_and_beta_are_computed(modulation, counted, monkeypatch):
    asked = []
    read = LayoutPyramid.neighbourhoods
    monkeypatch.setattr(
        LayoutPyramid, "neighbourhoods", lambda *args: asked.append(args) or read(*args)
    )
    layer = SPADE(num_labels=2, hidden_width=2, modulation=modulation)
    layer.build((None, None, None, 1))
    layer(np.zeros((1, 4, 4, 1), "float32"), LayoutPyramid(np.zeros((1, 4, 4), "int32"), 2))
    assert bool(asked) == counted
