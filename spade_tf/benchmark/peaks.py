"""How fast this machine can multiply and accumulate at best: what all other speeds are shares of.

The best of several tries of a few large shapes, not a median: a peak is what can be reached.
"""

import functools
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import tensorflow as tf

SIDE = 2048
"""Of the square matrices."""

CONVOLUTIONS = ((32, 1024), (64, 512), (128, 256))
"""Side of the map, and channels in and out, of 3x3 convolutions of 9.7 GMAC such as the generator's
at 256x256."""


@dataclass(frozen=True)
class Peak:
    """Multiply-accumulates per second of the best matrix product and the best convolution."""

    matrix_product: float
    convolution: float


def measure_peak(precision: str, tries: int = 5, side: int = SIDE) -> Peak:
    """The peak of a type, `float32`, `bfloat16` or `float16`, on the machine's first device.

    Args:
        precision: name of the type.
        tries: calls of each shape.
        side: of the matrices; the convolutions' maps shrink in proportion.
    """
    dtype = tf.as_dtype(precision)
    product = tf.function(lambda a, b: tf.reduce_sum(tf.matmul(a, b)))
    matrix = tf.ones((side, side), dtype)
    matrix_product = side**3 / _best(functools.partial(product, matrix, matrix), tries)

    convolve = tf.function(lambda x, k: tf.reduce_sum(tf.nn.conv2d(x, k, 1, "SAME")))
    speeds = []
    for map_side, channels in CONVOLUTIONS:
        size = max(1, map_side * side // SIDE)
        image = tf.ones((1, size, size, channels), dtype)
        kernel = tf.ones((3, 3, channels, channels), dtype)
        macs = math.prod(kernel.shape) * size**2
        speeds.append(macs / _best(functools.partial(convolve, image, kernel), tries))
    return Peak(matrix_product, max(speeds))


def highest(peaks: Iterable[Peak]) -> Peak:
    """Of several measurements the best of each kind."""
    peaks = list(peaks)
    return Peak(max(x.matrix_product for x in peaks), max(x.convolution for x in peaks))


def _best(call: Callable[[], tf.Tensor], tries: int) -> float:
    """Seconds of the fastest call after one that does not count."""
    times = []
    for _ in range(tries + 1):
        start = time.perf_counter()
        call().numpy()
        times.append(time.perf_counter() - start)
    return min(times[1:])
