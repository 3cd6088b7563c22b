"""Networks wired from the layers, and `build_*`, which make them from a config."""

from spade_tf.models.build import build_discriminator, build_encoder, build_generator
from spade_tf.models.discriminator import MultiScaleDiscriminator
from spade_tf.models.encoder import StyleEncoder, reparameterize
from spade_tf.models.feature_encoder import FeatureEncoder
from spade_tf.models.generator import Generator
from spade_tf.models.perceptual_network import build_perceptual_network
from spade_tf.models.pix2pixhd import Pix2PixHDGenerator

__all__ = [
    "FeatureEncoder",
    "Generator",
    "MultiScaleDiscriminator",
    "Pix2PixHDGenerator",
    "StyleEncoder",
    "build_discriminator",
    "build_encoder",
    "build_generator",
    "build_perceptual_network",
    "reparameterize",
]
