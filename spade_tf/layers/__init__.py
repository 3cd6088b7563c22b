"""Layers that paint from a layout: they take plain arguments and never read a config."""

from spade_tf.layers.clade import CLADE
from spade_tf.layers.concat import Concat
from spade_tf.layers.doubling_conv import DoublingConv2D
from spade_tf.layers.initializers import xavier_normal
from spade_tf.layers.instance_edges import instance_edges
from spade_tf.layers.joint_conv import JointConv2D
from spade_tf.layers.layout_layer import LayoutLayer
from spade_tf.layers.layout_pyramid import LayoutPyramid, resize_nearest
from spade_tf.layers.modulation import Modulation, modulate
from spade_tf.layers.normalised_conv import NormalisedConv, NormalisedResidualBlock
from spade_tf.layers.param_free_norm import ParameterFreeNorm
from spade_tf.layers.patterned_layer import PatternedLayer
from spade_tf.layers.residual_block import ResidualBlock
from spade_tf.layers.same_conv import same_conv
from spade_tf.layers.spade import SPADE
from spade_tf.layers.spectral_normalization import SpectralNormalization
from spade_tf.layers.table import RowIndex, gathered_sum, lookup, lookup_sum
from spade_tf.layers.unmodulated import Unmodulated

__all__ = [
    "CLADE",
    "SPADE",
    "Concat",
    "DoublingConv2D",
    "JointConv2D",
    "LayoutLayer",
    "LayoutPyramid",
    "Modulation",
    "NormalisedConv",
    "NormalisedResidualBlock",
    "ParameterFreeNorm",
    "PatternedLayer",
    "ResidualBlock",
    "RowIndex",
    "SpectralNormalization",
    "Unmodulated",
    "gathered_sum",
    "instance_edges",
    "lookup",
    "lookup_sum",
    "modulate",
    "resize_nearest",
    "same_conv",
    "xavier_normal",
]
