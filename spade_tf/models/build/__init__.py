"""From a config to built networks: the only place where names become objects.

Each `model.kind` has a module here with a function that makes its generator, and a line in
`GENERATORS`.
"""

from collections.abc import Callable

import keras

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.layers.initializers import XAVIER_GAIN
from spade_tf.models.build.crn import crn_generator
from spade_tf.models.build.pix2pixhd import feature_encoder, pix2pixhd_generator
from spade_tf.models.build.sims import sims_generator
from spade_tf.models.build.spade import build_norm, spade_generator
from spade_tf.models.discriminator import MultiScaleDiscriminator
from spade_tf.models.encoder import StyleEncoder
from spade_tf.models.feature_encoder import FeatureEncoder

__all__ = ["build_discriminator", "build_encoder", "build_generator", "build_norm"]

GENERATORS: dict[str, Callable[[Config], keras.Model]] = {
    "spade": spade_generator,
    "pix2pixhd": pix2pixhd_generator,
    "pix2pixhd_pp": pix2pixhd_generator,
    "crn": crn_generator,
    "sims": sims_generator,
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
    draw_kernels(generator, config)
    return generator


def build_discriminator(config: Config) -> MultiScaleDiscriminator | None:
    """The built discriminator of a config, or None with `losses.gan=none`."""
    if config.losses.gan == "none":
        return None
    discriminator = MultiScaleDiscriminator(
        config.data.num_labels,
        has_instances=config.data.has_instances,
        base_width=config.discriminator.base_width,
        num_scales=config.discriminator.num_scales,
        num_layers=config.discriminator.num_layers,
        spectral_norm=config.discriminator.spectral_norm,
        use_bias=config.model.kind == "pix2pixhd",
        dtype=config.train.precision,
        name="discriminator",
    )
    discriminator.build()
    draw_kernels(discriminator, config)
    return discriminator


def build_encoder(config: Config) -> StyleEncoder | FeatureEncoder | None:
    """The built encoder of photographs of a config, or None if its model learns none."""
    if not config.has_encoder:
        return None
    encoder: StyleEncoder | FeatureEncoder
    if config.has_features:
        encoder = feature_encoder(config)
    else:
        encoder = StyleEncoder(
            config.model.latent_dim,
            base_width=config.model.base_width,
            image_size=config.model.encoder_size,
            dtype=config.train.precision,
            name="encoder",
        )
    encoder.build()
    draw_kernels(encoder, config)
    return encoder


def draw_kernels(network: keras.Model, config: Config) -> None:
    """Gives freshly drawn kernels the distribution that the config asks for.

    The layers' own is Xavier's with the gain `XAVIER_GAIN`.
    """
    gain = config.model.init_gain
    kernels = [v for v in network.trainable_variables if v.name == "kernel"]
    if config.model.initializer == "normal":
        for kernel in kernels:
            kernel.assign(keras.initializers.RandomNormal(stddev=gain)(kernel.shape))
    elif gain != XAVIER_GAIN:
        for kernel in kernels:
            kernel.assign(kernel * (gain / XAVIER_GAIN))
