"""Each row of the SPADE paper's Tables 3 to 5 is a config: what its keys change."""

import pytest

from spade_tf.layers import Concat, ParameterFreeNorm, SpectralNormalization
from spade_tf.losses import GeneratorObjective
from spade_tf.models import build_discriminator, build_encoder, build_generator
from spade_tf.training.state import discriminator_rate, generator_rate
from tests.tiny_config import tiny_config


def layers(network, kind):
    return [layer for layer in network._flatten_layers() if isinstance(layer, kind)]


def test_decoder_with_concat():
    generator = build_generator(tiny_config({"model.norm": "concat"}))
    block = generator.blocks[0]
    assert isinstance(block.norm_0, Concat)
    assert block.conv_0.layer.kernel.shape == (3, 3, 32 + 5, 32)  # of 2 times 16, and 5 labels


def test_random_input_in_place_of_the_layout():
    config = tiny_config({"model.latent_dim": 3, "model.style_encoder": False})
    generator = build_generator(config)
    assert generator.start.kernel.shape == (3, 32)
    assert build_encoder(config) is None


@pytest.mark.parametrize("size", [1, 3, 5])
def test_mask_kernel(size):
    norm = build_generator(tiny_config({"model.mask_kernel_size": size})).blocks[0].norm_0
    kernels = [conv.kernel for conv in (norm.mask_conv, norm.gamma_conv, norm.beta_conv)]
    assert {kernel.shape[:2] for kernel in kernels} == {(size, size)}


@pytest.mark.parametrize("kind", ["sync_batch", "batch", "instance"])
def test_parameter_free_norm(kind):
    norms = layers(build_generator(tiny_config({"model.param_free_norm": kind})), ParameterFreeNorm)
    assert {norm.kind for norm in norms} == {kind}


def test_deeper_discriminator():
    shallow, deep = (
        build_discriminator(tiny_config({"discriminator.num_layers": count})).scales[0]
        for count in (4, 5)
    )
    assert len(shallow.convolutions) == 4
    strides = [conv.layer.strides[0] for conv in deep.convolutions[1:]]
    assert [deep.convolutions[0].strides[0], *strides] == [2, 2, 2, 2, 1]


def test_without_spectral_norm():
    config = tiny_config({"model.spectral_norm": False, "discriminator.spectral_norm": False})
    for network in (build_generator(config), build_discriminator(config)):
        assert not layers(network, SpectralNormalization)


def test_without_ttur():
    with_ttur, without = tiny_config(), tiny_config({"train.ttur": False})
    assert (generator_rate(with_ttur), discriminator_rate(with_ttur)) == (1e-4, 4e-4)
    assert (generator_rate(without), discriminator_rate(without)) == (2e-4, 2e-4)


def test_without_perceptual_loss_or_feature_matching():
    import numpy as np

    features = [[np.ones((1, 2, 2, 1), "float32")] * 2]
    maps = ([np.ones((1, 2, 2, 1), "float32")] * 5,) * 2
    config = tiny_config({"losses.vgg_weight": 0.0, "losses.feature_matching_weight": 0.0}).losses
    none = GeneratorObjective(config.gan, config.feature_matching_weight, config.vgg_weight)
    assert set(none(features)) == {"G_GAN"}
    both = GeneratorObjective(config.gan)(features, features, perceptual_features=maps)
    assert set(both) == {"G_GAN", "G_GAN_Feat", "G_VGG"}
