"""3x3 convolutions by two thirds of the multiplications."""

from typing import Any

import numpy as np
import tensorflow as tf

from spade_tf.inference.frozen import frozen

FEWEST_CHANNELS = 128
"""Of input and output: with fewer, the additions cost what the multiplications save (measured)."""

CROWDED, SPARE = 512, 16
"""Rows of so many float32 filters, or a multiple, lie 2 or 4 KiB apart, where all fall on the same
few sets of a cache. With one cache line more they do not: 1024 filters take half the time."""


def suits(kernel: np.ndarray, dtype: str) -> bool:
    """Whether `WinogradConvolution` is faster, on a CPU, than TensorFlow's own.

    Args:
        kernel: `[height, width, channels, filters]`.
        dtype: of the products. Sums of inputs rounded to bfloat16 would lose their small parts.
    """
    rows, columns, channels, filters = kernel.shape
    is_large = (rows, columns) == (3, 3) and min(channels, filters) >= FEWEST_CHANNELS
    return is_large and dtype == "float32"


class WinogradConvolution(tf.Module):
    """A 3x3 convolution with stride 1 and zero padding, by Winograd's F(2, 3) along the rows.

    Two rows of the output read four of the input, d0 to d3, and cost not six but four products with
    rows of three, of the kernel's g0 to g2:

        m0 = (d0 - d2) g0,                   m1 = (d1 + d2) (g0 + g1 + g2) / 2,
        m2 = (d2 - d1) (g0 - g1 + g2) / 2,   m3 = (d1 - d3) g2,
        first row = m0 + m1 + m2,            second row = m1 - m2 - m3.

    A product here is a 1x3 convolution of half the rows. Rounding errors are about twice those of
    nine products (5e-7 of the largest value). The kernels hold 4/3 of the numbers.

    Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", section 4.1.

    Args:
        kernel: `[3, 3, channels, filters]` float64.
        bias: `[filters]`, or None.
    """

    def __init__(self, kernel: np.ndarray, bias: np.ndarray | None) -> None:
        super().__init__()
        g0, g1, g2 = kernel
        parts = (g0, (g0 + g1 + g2) / 2, (g0 - g1 + g2) / 2, g2)
        self.filters = kernel.shape[-1]
        spare = 0 if self.filters % CROWDED else SPARE
        pad = [(0, 0), (0, 0), (0, spare)]
        self.kernels = [frozen(np.pad(part, pad)[np.newaxis]) for part in parts]
        self.bias = None if bias is None else frozen(np.pad(bias, pad[-1]))

    def __call__(self, x: Any) -> tf.Tensor:
        """From `[batch, height, width, channels]` to `[batch, height, width, filters]`."""
        batch, height, width = tf.unstack(tf.shape(x)[:3])
        pairs = (height + 1) // 2
        below = 2 * pairs + 1 - height
        x = tf.pad(x, [[0, 0], [1, below], [0, 0], [0, 0]])
        x = tf.reshape(x, [batch, pairs + 1, 2, width, x.shape[-1]])
        d0, d1, d2, d3 = x[:, :-1, 0], x[:, :-1, 1], x[:, 1:, 0], x[:, 1:, 1]
        inputs = (d0 - d2, d1 + d2, d2 - d1, d1 - d3)
        m0, m1, m2, m3 = (
            tf.nn.conv2d(part, kernel, strides=1, padding="SAME")
            for part, kernel in zip(inputs, self.kernels, strict=True)
        )
        if self.bias is not None:
            m1 = tf.nn.bias_add(m1, self.bias)  # which both rows read
        rows = tf.stack([m0 + (m1 + m2), (m1 - m2) - m3], axis=2)
        rows = tf.reshape(rows, [batch, 2 * pairs, width, rows.shape[-1]])
        return rows[:, :height][..., : self.filters]
