"""From a config to built networks: the only place where names become objects."""

import keras

from spade_tf.config import Config
from spade_tf.layers import CLADE, SPADE
from spade_tf.layers.initializers import XAVIER_GAIN
from spade_tf.models.discriminator import MultiScaleDiscriminator
from spade_tf.models.encoder import StyleEncoder
from spade_tf.models.generator import Generator


def build_norm(config: Config) -> keras.layers.Layer:
    """The modulation layer `model.norm` names, unbuilt: the pattern of every block's."""
    data, model = config.data, config.model
    if model.norm == "spade":
        return SPADE(
            data.num_labels,
            has_instances=data.has_instances,
            hidden_width=model.hidden_width,
            kernel_size=model.mask_kernel_size,
            param_free_norm=model.param_free_norm,
            modulation="convolutions" if config.train.jit_compile else model.modulation,
            dtype=config.train.precision,
        )
    return CLADE(
        data.num_labels,
        has_instances=data.has_instances,
        use_positions=model.norm == "clade_icpe",
        param_free_norm=model.param_free_norm,
        dtype=config.train.precision,
    )


def build_generator(config: Config) -> Generator:
    """The built generator of a config."""
    data, model = config.data, config.model
    generator = Generator(
        build_norm(config),
        data.num_labels,
        has_instances=data.has_instances,
        has_positions=config.has_positions,
        height=data.height,
        width=data.width,
        base_width=model.base_width,
        doublings=config.doublings,
        latent_dim=model.latent_dim,
        spectral_norm=model.spectral_norm,
        dtype=config.train.precision,
        name="generator",
    )
    generator.build()
    scale_kernels(generator, config.model.init_gain)
    return generator


def build_discriminator(config: Config) -> MultiScaleDiscriminator:
    """The built discriminator of a config."""
    discriminator = MultiScaleDiscriminator(
        config.data.num_labels,
        has_instances=config.data.has_instances,
        base_width=config.discriminator.base_width,
        num_scales=config.discriminator.num_scales,
        num_layers=config.discriminator.num_layers,
        spectral_norm=config.discriminator.spectral_norm,
        dtype=config.train.precision,
        name="discriminator",
    )
    discriminator.build()
    scale_kernels(discriminator, config.model.init_gain)
    return discriminator


def build_encoder(config: Config) -> StyleEncoder | None:
    """The built style encoder of a config, or None if its model learns no style."""
    if not config.has_encoder:
        return None
    encoder = StyleEncoder(
        config.model.latent_dim,
        base_width=config.model.base_width,
        image_size=config.model.encoder_size,
        dtype=config.train.precision,
        name="encoder",
    )
    encoder.build()
    scale_kernels(encoder, config.model.init_gain)
    return encoder


def scale_kernels(network: keras.Model, gain: float) -> None:
    """Gives freshly drawn kernels another gain than the layers' own, `XAVIER_GAIN`."""
    if gain != XAVIER_GAIN:
        for variable in network.trainable_variables:
            if variable.name == "kernel":
                variable.assign(variable * (gain / XAVIER_GAIN))
