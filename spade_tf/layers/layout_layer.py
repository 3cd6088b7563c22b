"""The calling convention of layers that read a layout."""

from typing import Any

import keras

from spade_tf.layers.layout_pyramid import LayoutPyramid


class LayoutLayer(keras.layers.Layer):
    """A layer called as `layer(x, pyramid, training=None)`.

    Keras accepts only tensors as positional arguments; this passes the pyramid on by name.
    `build(input_shape)` takes the shape of `x` alone. Layers that read no layout take None for it.
    """

    def __call__(self, x: Any, pyramid: LayoutPyramid | None, training: bool | None = None) -> Any:
        return super().__call__(x, pyramid=pyramid, training=training)
