"""Spatially-adaptive normalisation."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers.layout_pyramid import LayoutPyramid
from spade_tf.layers.modulation import Modulation, modulate
from spade_tf.layers.same_conv import same_conv


@keras.saving.register_keras_serializable("spade_tf")
class SPADE(Modulation):
    """Normalises, then scales and shifts each pixel by convolutions of the layout.

    out = norm(x) * (1 + gamma) + beta, with hidden = relu(mask_conv(layout)),
    gamma = gamma_conv(hidden), beta = beta_conv(hidden).
    SPADE paper (Park et al. 2019), equation 1 and figure 2; as in the official code none of the
    three convolutions has spectral normalisation.

    Args:
        num_labels: number of semantic ids, the don't-care id included.
        has_instances: whether the layout's instance edges are one more input channel.
        hidden_width: channels of the hidden map.
        kernel_size: size of all three kernels: 1, 3 or 5.
        param_free_norm: `sync_batch`, `batch` or `instance`.

    Call: `layer(x, pyramid, training=None)`; x and output [batch, height, width, channels].

    Raises:
        ValueError: kernel size other than 1, 3, 5; a layout with other labels or without the
            instance map that the layer needs.
    """

    def __init__(
        self,
        num_labels: int,
        has_instances: bool = False,
        hidden_width: int = 128,
        kernel_size: int = 3,
        param_free_norm: str = "sync_batch",
        **kwargs: Any,
    ) -> None:
        super().__init__(num_labels, has_instances, param_free_norm, **kwargs)
        if kernel_size not in (1, 3, 5):
            raise ValueError(f"SPADE kernel_size {kernel_size!r}: expected 1, 3 or 5.")
        self.hidden_width = hidden_width
        self.kernel_size = kernel_size

    def build(self, input_shape: tuple) -> None:
        channels, kernel, policy = input_shape[-1], self.kernel_size, self.dtype_policy
        self.mask_conv = same_conv(
            self.hidden_width, kernel, activation="relu", dtype=policy, name="mask_conv"
        )
        self.gamma_conv = same_conv(channels, kernel, dtype=policy, name="gamma_conv")
        self.beta_conv = same_conv(channels, kernel, dtype=policy, name="beta_conv")
        pixels = tuple(input_shape[:-1])
        self.norm.build(input_shape)
        self.mask_conv.build((*pixels, self.num_labels + int(self.has_instances)))
        self.gamma_conv.build((*pixels, self.hidden_width))
        self.beta_conv.build((*pixels, self.hidden_width))

    def call(self, x: Any, pyramid: LayoutPyramid, training: bool | None = None) -> Any:
        self.check(pyramid)
        height, width = ops.shape(x)[1:3]
        layout = pyramid.condition if self.has_instances else pyramid.one_hot
        hidden = self.mask_conv(layout(height, width, self.compute_dtype))
        return modulate(
            self.norm(x, training=training), self.gamma_conv(hidden), self.beta_conv(hidden)
        )

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "hidden_width": self.hidden_width,
            "kernel_size": self.kernel_size,
        }
