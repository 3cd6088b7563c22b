"""The networks of pix2pixHD and pix2pixHD++."""

import keras

from spade_tf.config import Config, replace
from spade_tf.layers import Unmodulated
from spade_tf.models.build.spade import build_norm
from spade_tf.models.feature_encoder import FeatureEncoder
from spade_tf.models.pix2pixhd import Pix2PixHDGenerator

ENHANCER_BLOCKS = 3


def pix2pixhd_generator(config: Config) -> Pix2PixHDGenerator:
    """The global generator of pix2pixHD or pix2pixHD++, with the enhancer if asked for."""
    data, model = config.data, config.model
    return Pix2PixHDGenerator(
        normalisation(config),
        data.num_labels,
        has_instances=data.has_instances,
        has_positions=config.has_positions,
        base_width=model.base_width,
        num_blocks=model.residual_blocks,
        enhancer_blocks=ENHANCER_BLOCKS if model.local_enhancer else 0,
        concat_layout=model.norm == "concat",
        spectral_norm=model.spectral_norm,
        latent_dim=model.latent_dim,
        dtype=config.train.precision,
        name="generator",
    )


def normalisation(config: Config) -> keras.layers.Layer:
    """The layer in place of every normalisation, unbuilt: the pattern of each.

    CLADE without its edge channel, for a residual block gives back as many channels as it reads;
    the edges are in what the first convolution reads.
    """
    data, model = config.data, config.model
    if model.norm in ("none", "concat"):
        return Unmodulated(
            data.num_labels,
            has_instances=data.has_instances,
            param_free_norm=model.param_free_norm,
            dtype=config.train.precision,
        )
    if model.norm != "spade":
        config = replace(config, "data.has_instances", False)
    return build_norm(config)


def feature_encoder(config: Config) -> FeatureEncoder:
    """The encoder that shows the generator what instances look like."""
    return FeatureEncoder(
        base_width=max(1, config.model.base_width // 4),
        dtype=config.train.precision,
        name="encoder",
    )
