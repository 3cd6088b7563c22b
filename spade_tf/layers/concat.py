"""The layout as further channels, the papers' alternative to modulation."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers.layout_pyramid import LayoutPyramid
from spade_tf.layers.modulation import Modulation


@keras.saving.register_keras_serializable("spade_tf")
class Concat(Modulation):
    """Normalises and appends the layout's channels, so that the next convolution reads them.

    out = [norm(x), one-hot labels, edges]: "w/ Concat" of the SPADE paper (Park et al. 2019),
    Table 3. It has no weights of its own; the convolution after it has more.

    Args:
        num_labels: number of semantic ids, the don't-care id included.
        has_instances: whether the edge channel is appended too.
        param_free_norm: `sync_batch`, `batch` or `instance`.

    Call: `layer(x, pyramid, training=None)`; x [batch, height, width, channels], output
    [batch, height, width, channels + extra_channels].

    Raises:
        ValueError: a layout with other labels, or without the instance map that the layer needs.
    """

    @property
    def extra_channels(self) -> int:
        return self.num_labels + int(self.has_instances)

    def build(self, input_shape: tuple) -> None:
        self.norm.build(input_shape)

    def call(self, x: Any, pyramid: LayoutPyramid, training: bool | None = None) -> Any:
        self.check(pyramid)
        height, width = ops.shape(x)[1:3]
        layout = pyramid.condition if self.has_instances else pyramid.one_hot
        x = self.norm(x, training=training)
        return ops.concatenate([x, layout(height, width, self.compute_dtype)], axis=-1)
