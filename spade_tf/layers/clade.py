"""Class-adaptive normalisation, with or without class-relative positions."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers.layout_pyramid import LayoutPyramid
from spade_tf.layers.modulation import Modulation
from spade_tf.layers.same_conv import same_conv
from spade_tf.layers.table import lookup


@keras.saving.register_keras_serializable("spade_tf")
class CLADE(Modulation):
    """Normalises, then scales and shifts each pixel by two rows of numbers of its class.

    out = norm(x) * gamma[label] + beta[label], CLADE paper (Tan et al. 2021). The scale is gamma,
    not 1 + gamma as in SPADE; gamma starts uniform in 0..1 and beta at 0.

    With instances, the edge channel through a 1x1 convolution (1 -> 1) is appended to the
    modulated output, which so has one channel more than `x`.

    With positions (CLADE-ICPE), gamma is multiplied by 1 + gamma_position_conv(position) and beta
    by 1 + beta_position_conv(position): two 1x1 convolutions 2 -> 1 of the class-relative
    position, the same factor for all channels.

    Args:
        num_labels: number of semantic ids, the don't-care id included.
        has_instances: whether to append the edge channel.
        use_positions: whether to read the layout's position map.
        param_free_norm: `sync_batch`, `batch` or `instance`.

    Call: `layer(x, pyramid, training=None)`; x [batch, height, width, channels], output
    [batch, height, width, channels + extra_channels].

    Raises:
        ValueError: a layout with other labels, or without the map that the layer needs.
    """

    def __init__(
        self,
        num_labels: int,
        has_instances: bool = False,
        use_positions: bool = False,
        param_free_norm: str = "sync_batch",
        **kwargs: Any,
    ) -> None:
        super().__init__(num_labels, has_instances, param_free_norm, **kwargs)
        self.use_positions = use_positions

    @property
    def extra_channels(self) -> int:
        return int(self.has_instances)

    def build(self, input_shape: tuple) -> None:
        self.norm.build(input_shape)
        # Float32 here whatever the policy: lookup() casts rows, and adds gradients in float32.
        table = {"shape": (self.num_labels, input_shape[-1]), "autocast": False}
        uniform = keras.initializers.RandomUniform(0.0, 1.0)
        self.gamma = self.add_weight(name="gamma", initializer=uniform, **table)
        self.beta = self.add_weight(name="beta", initializer="zeros", **table)
        pixels = tuple(input_shape[:-1])
        if self.has_instances:
            self.edge_conv = self._pointwise_conv("edge_conv", (*pixels, 1))
        if self.use_positions:
            self.gamma_position_conv = self._pointwise_conv("gamma_position_conv", (*pixels, 2))
            self.beta_position_conv = self._pointwise_conv("beta_position_conv", (*pixels, 2))

    def _pointwise_conv(self, name: str, input_shape: tuple) -> keras.layers.Conv2D:
        layer = same_conv(1, 1, dtype=self.dtype_policy, name=name)
        layer.build(input_shape)
        return layer

    def call(self, x: Any, pyramid: LayoutPyramid, training: bool | None = None) -> Any:
        self.check(pyramid)
        height, width = ops.shape(x)[1:3]
        labels = pyramid.label_index(height, width)
        gamma = lookup(self.gamma, labels, self.compute_dtype)
        beta = lookup(self.beta, labels, self.compute_dtype)
        if self.use_positions:
            position = pyramid.positions(height, width)
            gamma = gamma * (1 + self.gamma_position_conv(position))
            beta = beta * (1 + self.beta_position_conv(position))
        out = self.norm(x, training=training) * gamma + beta
        if self.has_instances:
            edges = self.edge_conv(pyramid.edges(height, width))
            out = ops.concatenate([out, edges], axis=-1)
        return out

    def check(self, pyramid: LayoutPyramid) -> None:
        super().check(pyramid)
        if self.use_positions and not pyramid.has_positions:
            raise ValueError(
                f"{self.name} reads class-relative positions, but the layout has no position_map: "
                "pass one or make the layer with use_positions=False."
            )

    def get_config(self) -> dict:
        return {**super().get_config(), "use_positions": self.use_positions}
