"""Convolution, normalisation, ReLU: the unit of pix2pixHD's networks."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers.doubling_conv import DoublingConv2D
from spade_tf.layers.initializers import xavier_normal
from spade_tf.layers.layout_pyramid import LayoutPyramid
from spade_tf.layers.patterned_layer import PatternedLayer
from spade_tf.layers.resampling import pad, reflect
from spade_tf.layers.spectral_normalization import SpectralNormalization
from spade_tf.layers.wide_conv import WideConv2D

RESAMPLINGS = ("none", "halve", "double")


@keras.saving.register_keras_serializable("spade_tf")
class NormalisedConv(PatternedLayer):
    """A convolution, a normalisation and a ReLU (pix2pixHD, Wang et al. 2018, section 3.2).

    Args:
        filters: channels of the output.
        norm: the pattern of this layer's own, such as `Unmodulated` or `SPADE`.
        kernel_size: odd; 3 if `resampling` is not none.
        resampling: `none`, borders reflected; `halve`, stride 2 with borders of zeros; `double`, a
            `DoublingConv2D`.
        activation: whether a ReLU comes last.
        spectral_norm: whether the convolution is wrapped in `SpectralNormalization`. Without it the
            convolution has a bias, which the normalisation takes away again: so do the published
            networks.

    Call: `layer(x, pyramid, training=None)`; x [batch, height, width, channels], output
    [batch, height', width', filters]. The pyramid may be None if the norm reads none.

    Raises:
        ValueError: another resampling.
    """

    def __init__(
        self,
        filters: int,
        norm: keras.layers.Layer,
        kernel_size: int = 3,
        resampling: str = "none",
        activation: bool = True,
        spectral_norm: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(norm, **kwargs)
        if resampling not in RESAMPLINGS:
            raise ValueError(f"resampling {resampling!r}: expected one of {', '.join(RESAMPLINGS)}")
        self.filters = filters
        self.kernel_size = kernel_size
        self.resampling = resampling
        self.activation = activation
        self.spectral_norm = spectral_norm

    def build(self, input_shape: tuple) -> None:
        names = {"name": "conv", "dtype": self.dtype_policy, "use_bias": not self.spectral_norm}
        conv: keras.layers.Layer
        if self.resampling == "double":
            conv = DoublingConv2D(self.filters, **names)
        else:
            conv = WideConv2D(
                self.filters,
                self.kernel_size,
                strides=2 if self.resampling == "halve" else 1,
                kernel_initializer=xavier_normal(),
                **names,
            )
        self.conv = SpectralNormalization(conv, name="conv") if self.spectral_norm else conv
        self.conv.build(tuple(input_shape))
        self.norm = self.own_norm("norm")
        self.norm.build((*input_shape[:-1], self.filters))

    def call(self, x: Any, pyramid: LayoutPyramid | None, training: bool | None = None) -> Any:
        border = self.kernel_size // 2
        if self.resampling == "none":
            x = reflect(x, border)
        elif self.resampling == "halve":
            x = pad(x, border)
        x = self.conv(x, training=training) if self.spectral_norm else self.conv(x)
        x = self.norm(x, pyramid, training=training)
        return ops.relu(x) if self.activation else x

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        batch, height, width, _ = input_shape
        if self.resampling == "halve":
            height, width = height and (height + 1) // 2, width and (width + 1) // 2
        elif self.resampling == "double":
            height, width = height and 2 * height, width and 2 * width
        return (batch, height, width, self.filters)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "resampling": self.resampling,
            "activation": self.activation,
            "spectral_norm": self.spectral_norm,
        }


@keras.saving.register_keras_serializable("spade_tf")
class NormalisedResidualBlock(PatternedLayer):
    """Two `NormalisedConv`, the second without ReLU, added to the input (pix2pixHD, section 3.2).

    Args:
        norm: the pattern of both normalisations.
        concat_layout: whether the first convolution also reads the layout, as further channels.
        spectral_norm: of both convolutions.

    Call: `layer(x, pyramid, training=None)`; x and output [batch, height, width, channels].
    """

    def __init__(
        self,
        norm: keras.layers.Layer,
        concat_layout: bool = False,
        spectral_norm: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(norm, **kwargs)
        self.concat_layout = concat_layout
        self.spectral_norm = spectral_norm

    def build(self, input_shape: tuple) -> None:
        norm, channels = self.norm_pattern, input_shape[-1]
        common = {"spectral_norm": self.spectral_norm, "dtype": self.dtype_policy}
        self.conv_0 = NormalisedConv(channels, norm, name="conv_0", **common)
        self.conv_1 = NormalisedConv(channels, norm, activation=False, name="conv_1", **common)
        layout = norm.num_labels + norm.has_instances if self.concat_layout else 0
        self.conv_0.build((*input_shape[:-1], channels + layout))
        self.conv_1.build(tuple(input_shape))

    def call(self, x: Any, pyramid: LayoutPyramid, training: bool | None = None) -> Any:
        read = x
        if self.concat_layout:
            has_edges = self.norm_pattern.has_instances
            layout = pyramid.condition if has_edges else pyramid.one_hot
            height, width = ops.shape(x)[1:3]
            read = ops.concatenate([x, layout(height, width, self.compute_dtype)], axis=-1)
        read = self.conv_0(read, pyramid, training=training)
        return x + self.conv_1(read, pyramid, training=training)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return tuple(input_shape)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "concat_layout": self.concat_layout,
            "spectral_norm": self.spectral_norm,
        }
