"""The residual block of the SPADE and CLADE generators."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers.layout_pyramid import LayoutPyramid
from spade_tf.layers.patterned_layer import PatternedLayer
from spade_tf.layers.same_conv import same_conv
from spade_tf.layers.spectral_normalization import SpectralNormalization


@keras.saving.register_keras_serializable("spade_tf")
class ResidualBlock(PatternedLayer):
    """Twice (normalise by the layout, leaky ReLU 0.2, 3x3 convolution), added to a shortcut.

    SPADE paper (Park et al. 2019), figure 4 left. The width between the two convolutions is
    min(input channels, filters). Where `filters` differs from the input channels the shortcut is
    learned: normalise, then a 1x1 convolution without bias or activation; else it is `x` itself.

    Args:
        filters: channels of the output.
        norm: the pattern of norm_0, norm_1 (and norm_s).
        spectral_norm: whether the convolutions are wrapped in `SpectralNormalization`.

    Call: `layer(x, pyramid, training=None)`; x [batch, height, width, channels], output
    [batch, height, width, filters].
    """

    def __init__(
        self, filters: int, norm: keras.layers.Layer, spectral_norm: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(norm, **kwargs)
        self.filters = filters
        self.spectral_norm = spectral_norm

    def build(self, input_shape: tuple) -> None:
        channels = input_shape[-1]
        middle = min(channels, self.filters)
        shape, middle_shape = tuple(input_shape), (*input_shape[:-1], middle)
        self.norm_0, self.conv_0 = self._norm_and_conv("0", shape, middle, kernel_size=3)
        self.norm_1, self.conv_1 = self._norm_and_conv(
            "1", middle_shape, self.filters, kernel_size=3
        )
        self.learned_shortcut = channels != self.filters
        if self.learned_shortcut:
            self.norm_s, self.conv_s = self._norm_and_conv(
                "s", shape, self.filters, kernel_size=1, use_bias=False
            )

    def _norm_and_conv(
        self, suffix: str, input_shape: tuple, filters: int, **kwargs: Any
    ) -> tuple[keras.layers.Layer, keras.layers.Layer]:
        """A copy of the norm and the convolution that follows it, built."""
        norm = self.own_norm(f"norm_{suffix}")
        norm.build(input_shape)
        conv: keras.layers.Layer = same_conv(
            filters,
            dtype=self.dtype_policy,
            name="conv" if self.spectral_norm else f"conv_{suffix}",
            **kwargs,
        )
        if self.spectral_norm:
            conv = SpectralNormalization(conv, name=f"conv_{suffix}")
        conv.build(norm.compute_output_shape(input_shape))
        return norm, conv

    def call(self, x: Any, pyramid: LayoutPyramid, training: bool | None = None) -> Any:
        shortcut = x
        if self.learned_shortcut:
            shortcut = self.norm_s(x, pyramid, training=training)
            shortcut = _convolve(self.conv_s, shortcut, training)
        out = self._activate(self.norm_0(x, pyramid, training=training))
        out = _convolve(self.conv_0, out, training)
        out = self._activate(self.norm_1(out, pyramid, training=training))
        return shortcut + _convolve(self.conv_1, out, training)

    def _activate(self, x: Any) -> Any:
        return ops.leaky_relu(x, negative_slope=0.2)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], self.filters)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "filters": self.filters,
            "spectral_norm": self.spectral_norm,
        }


def _convolve(conv: keras.layers.Layer, x: Any, training: bool | None) -> Any:
    if isinstance(conv, SpectralNormalization):
        return conv(x, training=training)
    return conv(x)
