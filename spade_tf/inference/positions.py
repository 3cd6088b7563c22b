"""Class-relative positions computed by TensorFlow, for graphs that get nothing but label maps."""

from typing import Any

import tensorflow as tf


def position_map(label_map: tf.Tensor, dont_care: int | None = None) -> tf.Tensor:
    """Where each pixel lies in its object, as `spade_tf.data.position_map`, of a whole batch.

    Args:
        label_map: [batch, height, width] integers.
        dont_care: a label whose positions are 0.

    Returns: [batch, height, width, 2] float32 (row, column), -1..1.
    """
    shape = tf.shape(label_map)
    components = tf.reshape(label_components(label_map), [-1])
    count = tf.size(components)
    # Sums of whole numbers: float32 cannot count them exactly, and TensorFlow Lite not in 64 bits.
    dtype = tf.int32 if _fits_32_bits(label_map.shape) else tf.int64
    sizes = tf.math.unsorted_segment_sum(tf.ones([count], dtype), components, count)
    grid = tf.meshgrid(*(tf.range(size) for size in tf.unstack(shape)), indexing="ij")[1:]
    axes = []
    for places in grid:
        places = tf.reshape(tf.cast(places, dtype), [-1])
        sums = tf.math.unsorted_segment_sum(places, components, count)
        centroids = tf.cast(sums, tf.float32) / tf.cast(tf.maximum(sizes, 1), tf.float32)
        first = tf.cast(tf.math.unsorted_segment_min(places, components, count), tf.float32)
        last = tf.cast(tf.math.unsorted_segment_max(places, components, count), tf.float32)
        largest = tf.maximum(last - centroids, centroids - first)
        offsets = tf.cast(places, tf.float32) - tf.gather(centroids, components)
        axes.append(offsets / (tf.gather(largest, components) + 1e-5))
    positions = tf.reshape(tf.stack(axes, axis=-1), tf.concat([shape, [2]], axis=0))
    if dont_care is None:
        return positions
    return tf.where(tf.equal(label_map, dont_care)[..., tf.newaxis], 0.0, positions)


def _fits_32_bits(shape: tf.TensorShape) -> bool:
    """Whether the sum of all rows or columns of a map is a number of 32 bits."""
    _, height, width = shape
    if height is None or width is None:
        return False
    return height * width * max(height, width) // 2 < 2**31


def label_components(label_map: tf.Tensor) -> tf.Tensor:
    """The first pixel's number of each pixel's 8-connected component, [batch, height, width] int32.

    Every pixel points to one of its component, at first itself. In turn, what it points to is
    pointed to the smallest number found beside it, and all pointers are followed a step further. A
    component of n pixels needs some log(n) turns, whatever its shape.
    """
    shape = tf.shape(label_map)
    size = tf.size(label_map)
    start = tf.range(size)
    offsets = [(0, 1), (1, -1), (1, 0), (1, 1)]
    alike = [tf.equal(label_map, _shifted(label_map, *offset, -1)) for offset in offsets]
    # Both pixels of each pair of neighbours with one label.
    numbers = tf.reshape(start, shape)
    first = tf.concat([tf.boolean_mask(numbers, same) for same in alike], axis=0)
    second = tf.concat(
        [
            tf.boolean_mask(_shifted(numbers, *offset, 0), same)
            for offset, same in zip(offsets, alike, strict=True)
        ],
        axis=0,
    )

    def turn(pointers: tf.Tensor, _: Any) -> tuple[tf.Tensor, tf.Tensor]:
        one, other = tf.gather(pointers, first), tf.gather(pointers, second)
        smaller, larger = tf.minimum(one, other), tf.maximum(one, other)
        nearer = tf.minimum(tf.math.unsorted_segment_min(smaller, larger, size), pointers)
        nearer = tf.gather(nearer, nearer)
        return nearer, tf.reduce_any(tf.not_equal(nearer, pointers))

    pointers, _ = tf.while_loop(lambda _, changed: changed, turn, (start, tf.constant(True)))
    return tf.reshape(pointers, shape)


def _shifted(x: tf.Tensor, down: int, right: int, filled: int) -> tf.Tensor:
    """What stands `down` rows below and `right` columns beside each pixel; `filled` beyond."""
    height, width = tf.shape(x)[1], tf.shape(x)[2]
    padded = tf.pad(x, [[0, 0], [0, 1], [1, 1]], constant_values=filled)
    return padded[:, down : down + height, 1 + right : 1 + right + width]
