import numpy as np
import pytest

from spade_tf.layers import (
    LayoutPyramid,
    NormalisedConv,
    NormalisedResidualBlock,
    Unmodulated,
)
from spade_tf.layers.resampling import reflect

NORM = Unmodulated(3, param_free_norm="instance")
X = np.random.default_rng(0).normal(size=(1, 4, 6, 2)).astype("float32")


def test_borders_are_mirrored_without_being_repeated():
    row = np.float32([[[[1], [2], [3]], [[4], [5], [6]]]])
    expected = [[5, 4, 5, 6, 5], [2, 1, 2, 3, 2], [5, 4, 5, 6, 5], [2, 1, 2, 3, 2]]
    np.testing.assert_array_equal(reflect(row, 1)[0, ..., 0], expected)


@pytest.mark.parametrize(
    ("resampling", "shape"),
    [("none", (1, 4, 6, 5)), ("halve", (1, 2, 3, 5)), ("double", (1, 8, 12, 5))],
)
@pytest.mark.parametrize("spectral_norm", [False, True])
def test_size_bias_and_activation(resampling, shape, spectral_norm):
    layer = NormalisedConv(5, NORM, resampling=resampling, spectral_norm=spectral_norm)
    layer.build(X.shape)
    out = np.asarray(layer(X, None))
    assert out.shape == shape == layer.compute_output_shape(X.shape)
    assert out.min() == 0
    names = {variable.name for variable in layer.trainable_variables}
    assert names == ({"kernel"} if spectral_norm else {"kernel", "bias"})
    layer = NormalisedConv(5, NORM, resampling=resampling, activation=False)
    layer.build(X.shape)
    np.testing.assert_allclose(np.mean(layer(X, None), axis=(1, 2)), 0, atol=1e-4)


def test_another_resampling_is_refused():
    with pytest.raises(ValueError, match="resampling 'treble': expected one of none, halve"):
        NormalisedConv(5, NORM, resampling="treble")


def test_a_block_adds_to_its_input_and_can_read_the_layout():
    pyramid = LayoutPyramid(np.zeros((1, 4, 6), "int32"), 3)
    block = NormalisedResidualBlock(NORM, concat_layout=True)
    block.build(X.shape)
    assert block.conv_0.conv.kernel.shape == (3, 3, 2 + 3, 2)
    assert block.conv_1.conv.kernel.shape == (3, 3, 2, 2)
    added = np.asarray(block(X, pyramid)) - X
    assert added.min() < 0 < added.max()  # no ReLU comes last
    block.conv_1.conv.kernel.assign(np.zeros((3, 3, 2, 2)))
    np.testing.assert_array_equal(block(X, pyramid), X)
