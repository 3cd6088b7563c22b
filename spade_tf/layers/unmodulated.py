"""Normalisation that the layout has no part in, for networks without SPADE or CLADE."""

from typing import Any

import keras

from spade_tf.layers.layout_pyramid import LayoutPyramid
from spade_tf.layers.modulation import Modulation


@keras.saving.register_keras_serializable("spade_tf")
class Unmodulated(Modulation):
    """Only normalises: out = norm(x). Stands where SPADE or CLADE could.

    Args:
        num_labels, has_instances, param_free_norm: as for every `Modulation`; the layout, which may
            be None, is not read.

    Call: `layer(x, pyramid, training=None)`; x and output [batch, height, width, channels].
    """

    def build(self, input_shape: tuple) -> None:
        self.norm.build(input_shape)

    def call(self, x: Any, pyramid: LayoutPyramid | None, training: bool | None = None) -> Any:
        return self.norm(x, training=training)
