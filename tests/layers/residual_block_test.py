import keras
import numpy as np
import pytest

from spade_tf.layers import CLADE, SPADE, LayoutPyramid, ResidualBlock, SpectralNormalization


def pyramid():
    labels = np.array([[[0, 1], [1, 0]]], "int32")
    return LayoutPyramid(labels, 2, instance_map=labels)


def number_of_parameters(layer):
    return sum(int(np.prod(v.shape)) for v in layer.trainable_variables)


@pytest.mark.parametrize("filters", [3, 5])
def test_is_the_sum_of_its_two_branches(filters):
    block = ResidualBlock(filters, SPADE(2, hidden_width=4))
    layout, x = pyramid(), np.random.default_rng(0).normal(size=(1, 2, 2, 5)).astype("float32")
    y = block(x, layout)

    def leaky(x):
        return np.maximum(x, 0.2 * x)

    shortcut = x if filters == 5 else block.conv_s(block.norm_s(x, layout))
    hidden = block.conv_0(leaky(np.array(block.norm_0(x, layout))))
    out = block.conv_1(leaky(np.array(block.norm_1(np.array(hidden), layout))))
    np.testing.assert_allclose(y, shortcut + out, rtol=1e-5, atol=1e-6)
    assert hidden.shape[-1] == filters  # min(5, filters)


def test_middle_width_is_the_smaller_one():
    block = ResidualBlock(7, CLADE(2), spectral_norm=False)
    block.build((None, None, None, 4))
    assert block.conv_0.kernel.shape == (3, 3, 4, 4)
    assert block.conv_1.kernel.shape == (3, 3, 4, 7)
    assert block.conv_s.kernel.shape == (1, 1, 4, 7)
    assert not block.conv_s.use_bias


def test_shortcut_is_learned_only_where_the_width_changes():
    block = ResidualBlock(4, CLADE(2))
    block.build((None, None, None, 4))
    assert not hasattr(block, "conv_s")
    assert not hasattr(block, "norm_s")


def test_zero_convolutions_leave_the_input():
    block = ResidualBlock(3, SPADE(2), spectral_norm=False)
    x = np.random.default_rng(0).normal(size=(1, 2, 2, 3)).astype("float32")
    block.build(x.shape)
    block.conv_1.kernel.assign(0 * block.conv_1.kernel)
    np.testing.assert_array_equal(block(x, pyramid(), training=True), x)


def test_number_of_parameters():
    block = ResidualBlock(4, SPADE(2, hidden_width=8))
    block.build((None, None, None, 6))

    def spade(channels):
        return 9 * 2 * 8 + 8 + 2 * (9 * 8 * channels + channels)

    expected = 2 * spade(6) + spade(4) + (9 * 6 * 4 + 4) + (9 * 4 * 4 + 4) + 6 * 4
    assert number_of_parameters(block) == expected


def test_convolutions_take_the_edge_channel_of_clade():
    block = ResidualBlock(4, CLADE(2, has_instances=True))
    block.build((None, None, None, 6))
    # Each norm: two tables and the 1x1 convolution of the edges.
    norms = 2 * (2 * 2 * 6 + 2) + (2 * 2 * 4 + 2)
    assert number_of_parameters(block) == norms + (9 * 7 * 4 + 4) + (9 * 5 * 4 + 4) + 7 * 4
    assert block(np.zeros((1, 2, 2, 6), "float32"), pyramid()).shape == (1, 2, 2, 4)


def test_the_pattern_is_copied_not_used():
    pattern = SPADE(2, hidden_width=4, kernel_size=1, param_free_norm="instance")
    block = ResidualBlock(4, pattern, name="block")
    block.build((None, None, None, 6))
    assert not pattern.built
    assert [layer.name for layer in block._flatten_layers(include_self=False, recursive=False)] == [
        "norm_0", "conv_0", "norm_1", "conv_1", "norm_s", "conv_s",
    ]  # fmt: skip
    for norm in (block.norm_0, block.norm_1, block.norm_s):
        assert (norm.hidden_width, norm.kernel_size, norm.norm.kind) == (4, 1, "instance")
    assert not np.array_equal(block.norm_0.mask_conv.kernel, block.norm_s.mask_conv.kernel)


def test_spectral_normalisation_wraps_every_convolution():
    block = ResidualBlock(4, SPADE(2))
    block.build((None, None, None, 6))
    for conv in (block.conv_0, block.conv_1, block.conv_s):
        assert isinstance(conv, SpectralNormalization)
    before = block.conv_0.vector_u.numpy()
    block(np.ones((1, 2, 2, 6), "float32"), pyramid(), training=True)
    assert not np.array_equal(before, block.conv_0.vector_u)


def test_policy_of_the_block_is_that_of_its_parts():
    block = ResidualBlock(4, SPADE(2), dtype="mixed_bfloat16")
    block.build((None, None, None, 6))
    assert block.norm_0.mask_conv.compute_dtype == "bfloat16"
    assert block.conv_0.layer.compute_dtype == "bfloat16"
    assert block(np.ones((1, 2, 2, 6), "float32"), pyramid()).dtype == "bfloat16"


def test_serialises_its_pattern():
    block = ResidualBlock(4, CLADE(2, has_instances=True, param_free_norm="batch"))
    config = keras.saving.serialize_keras_object(block)
    copy = keras.saving.deserialize_keras_object(config)
    copy.build((None, None, None, 6))
    assert copy.norm_s.has_instances
    assert copy.norm_s.param_free_norm == "batch"
