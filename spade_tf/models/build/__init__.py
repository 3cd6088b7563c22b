"""From a config to built networks: the only place where names become objects.

Each `model.kind` has a module here with a function that makes its generator, and a line in
`GENERATORS`.
"""

from collections.abc import Callable

import keras

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.layers.initializers import XAVIER_GAIN
from spade_tf.models.build.spade import build_norm, spade_generator
from spade_tf.models.discriminator import MultiScaleDiscriminator
from spade_tf.models.encoder import StyleEncoder

__all__ = ["build_discriminator", "build_encoder", "build_generator", "build_norm"]

GENERATORS: dict[str, Callable[[Config], keras.Model]] = {
    "spade": spade_generator,
}
"""What makes the generator of each `model.kind`, unbuilt."""


def build_generator(config: Config) -> keras.Model:
    """The built generator of a config. Raises UserError for a kind that nothing here makes."""
    if config.model.kind not in GENERATORS:
        raise UserError(
            f"model.kind={config.model.kind} cannot be built; write one of {', '.join(GENERATORS)}"
        )
    generator = GENERATORS[config.model.kind](config)
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
