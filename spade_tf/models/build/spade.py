"""The networks of SPADE and CLADE."""

import keras

from spade_tf.config import Config
from spade_tf.layers import CLADE, SPADE, Concat
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
    if model.norm == "concat":
        return Concat(
            data.num_labels,
            has_instances=data.has_instances,
            param_free_norm=model.param_free_norm,
            dtype=config.train.precision,
        )
    return CLADE(
        data.num_labels,
        has_instances=data.has_instances,
        use_positions=model.norm == "clade_icpe",
        param_free_norm=model.param_free_norm,
        dtype=config.train.precision,
    )


def spade_generator(config: Config) -> Generator:
    """The SPADE/CLADE generator."""
    data, model = config.data, config.model
    return Generator(
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
