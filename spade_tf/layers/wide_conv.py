"""Convolutions of small maps with wide kernels."""

import math
from typing import Any

import keras
from keras import ops

from spade_tf.layers.own_gradient import own_gradient

CROWDED = 1024
"""Rows of so many float32 filters, or a multiple, lie 4 KiB apart, where all fall on the same few
sets of a cache: a convolution then waits for its kernel."""

MOST_PIXELS = 1024
"""Of a batch's maps. With more, many share the time for the kernel, and patches grow large."""


@keras.saving.register_keras_serializable("spade_tf")
class WideConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, on a CPU faster where a small map meets a kernel of 1024 filters.

    There it multiplies the map's patches, `[pixels, height * width * channels]`, by the kernel as
    one matrix, for products of matrices bring their operands into order first. With AVX-512 such a
    layer of the generators takes half the time, forward and backward. Numbers, weights, names and
    arguments are those of `Conv2D`.
    """

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        if not self._suits(inputs):
            return super().convolution_op(inputs, kernel)
        if self.padding == "same":
            inputs = ops.pad(
                inputs, [(0, 0), *(_around(size) for size in self.kernel_size), (0, 0)]
            )
        patches = _patches(inputs, *self.kernel_size)
        matrix = ops.reshape(patches, (-1, patches.shape[-1]))
        product = ops.matmul(matrix, ops.reshape(kernel, (-1, self.filters)))
        return ops.reshape(product, (*patches.shape[:-1], self.filters))

    def _suits(self, inputs: Any) -> bool:
        is_plain = self.strides == self.dilation_rate == (1, 1) and self.groups == 1
        if not is_plain or self.data_format != "channels_last" or self.filters % CROWDED:
            return False
        shape = self.compute_output_shape(tuple(inputs.shape))
        return None not in shape and math.prod(shape[:-1]) <= MOST_PIXELS and not _has_gpu()


def _around(size: int) -> tuple[int, int]:
    """Zeros before and after, as `same` has them."""
    return (size - 1) // 2, size // 2


def _patches(x: Any, rows: int, columns: int) -> Any:
    """What every pixel of a convolution reads, row by row, in the last axis."""
    height, width = x.shape[1] - rows + 1, x.shape[2] - columns + 1
    corners = [(top, left) for top in range(rows) for left in range(columns)]

    @own_gradient  # that of slices is three times slower
    def patches(x: Any) -> tuple:
        parts = [x[:, top : top + height, left : left + width] for top, left in corners]

        def gradient(upstream: Any) -> Any:
            parts = zip(ops.split(upstream, len(corners), axis=-1), corners, strict=True)
            return sum(
                ops.pad(part, [(0, 0), (top, rows - 1 - top), (left, columns - 1 - left), (0, 0)])
                for part, (top, left) in parts
            )

        return ops.concatenate(parts, axis=-1), gradient

    return patches(x)


def _has_gpu() -> bool:
    """Whether TensorFlow computes on a GPU, whose own library chooses an algorithm."""
    if keras.backend.backend() != "tensorflow":
        return True
    import tensorflow as tf

    return bool(tf.config.list_logical_devices("GPU"))
