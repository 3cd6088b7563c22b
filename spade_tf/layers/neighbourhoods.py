"""Numbers the distinct neighbourhoods of a layout: SPADE need be computed only once for each.

SPADE's gamma and beta are two layers of k x k convolutions of the layout, so they depend on nothing
but the (2k-1) x (2k-1) labels around a pixel, and a label map has few distinct ones: 4 % of the
pixels of a COCO-Stuff map at 256x256 for k = 3. TensorFlow only (it alone counts distinct values
inside a graph), and not under XLA, which needs sizes known beforehand.
"""

from typing import Any

import tensorflow as tf

from spade_tf.layers.table import RowIndex

INT64_MAX = 2**63 - 1


class Neighbourhoods:
    """The distinct neighbourhoods of a batch of layouts, numbered in two steps.

    Inner neighbourhoods are the distinct k x k windows of the layout's symbols; outer ones the
    distinct k x k windows of inner ones, which are the distinct (2k-1) x (2k-1) windows of symbols.
    Numbers are exact: every window is packed into one integer if that fits into 64 bits, else part
    by part, and no hash stands for it.

    A symbol is a label, or num_labels for an id that is none (its one-hot vector is zero); plus
    num_labels + 1 on an instance edge; and `outside` beyond the border, where convolutions read
    zeros.

    Attributes:
        num_symbols: symbols, `outside`, the last, included.
        inner: [inner neighbourhoods, k*k], for each its symbols: rows of a table
            [k*k * num_symbols, channels], offset by offset, row by row.
        is_inside: [inner neighbourhoods, 1] float32, 0 where the window's centre is outside.
        outer: [outer neighbourhoods, k*k], for each its inner neighbourhoods: rows of a table
            [inner neighbourhoods * k*k, channels], all offsets of the first, then of the second.
        pixels: [batch, height, width], the outer neighbourhood of every pixel.

    Args:
        label_map: semantic ids, [batch, height, width] int32.
        num_labels: number of semantic ids.
        edges: instance edges [batch, height, width, 1], 0 or 1, or None.
        kernel_size: k; odd.
    """

    def __init__(self, label_map: Any, num_labels: int, edges: Any, kernel_size: int) -> None:
        area, radius = kernel_size**2, kernel_size // 2
        symbols, self.num_symbols = _symbols(label_map, num_labels, edges)
        outside = self.num_symbols - 1
        margin = [[0, 0], [2 * radius] * 2, [2 * radius] * 2]
        symbols = tf.pad(symbols, margin, constant_values=outside)

        # Windows by rows first, then by columns. Inner centres lie up to `radius` outside.
        rows = _shifts(symbols, kernel_size, axis=2)
        runs, num_runs = _number(rows, tf.constant(self.num_symbols, tf.int64))
        inner, num_inner = _number(_shifts(runs, kernel_size, axis=1), num_runs)
        # Four inner windows, one at each corner, cover the outer one.
        height, width = tf.shape(label_map)[1], tf.shape(label_map)[2]
        corners = [
            inner[:, down : down + height, right : right + width]
            for down in {0, 2 * radius}
            for right in {0, 2 * radius}
        ]
        outer, num_outer = _number(corners, num_inner)

        offsets = tf.range(area, dtype=tf.int64)
        inner_symbols = _windows_of_first(inner, num_inner, symbols, kernel_size)
        self.is_inside = tf.cast(inner_symbols[:, area // 2] != outside, tf.float32)[:, None]
        self.inner = RowIndex(
            inner_symbols + offsets * self.num_symbols, area * self.num_symbols, sort=True
        )
        outer_inners = _windows_of_first(outer, num_outer, inner, kernel_size)
        inner_rows = tf.cast(num_inner, tf.int32) * area
        self.outer = RowIndex(outer_inners * area + offsets, inner_rows, sort=True)
        self.pixels = RowIndex(outer, tf.cast(num_outer, tf.int32), sort=True)


def _symbols(label_map: Any, num_labels: int, edges: Any) -> tuple[tf.Tensor, int]:
    """Labels and edges as one integer per pixel, int64, and how many there are."""
    labels = tf.cast(label_map, tf.int64)
    is_label = (labels >= 0) & (labels < num_labels)
    symbols = tf.where(is_label, labels, tf.constant(num_labels, tf.int64))
    kinds = num_labels + 1
    if edges is None:
        return symbols, kinds + 1
    return symbols + kinds * tf.cast(edges[..., 0], tf.int64), 2 * kinds + 1


def _shifts(x: tf.Tensor, count: int, axis: int) -> list[tf.Tensor]:
    """`x` without its last count-1, ... and without its first count-1 places along an axis."""
    size = tf.shape(x)[axis] - count + 1
    return [tf.gather(x, tf.range(k, k + size), axis=axis) for k in range(count)]


def _number(parts: list[tf.Tensor], kinds: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Numbers the distinct tuples of parts 0..kinds-1: the numbers, int64, and how many there are.

    Exact as long as there are fewer than 2**31 places.
    """
    if len(parts) <= 2:
        return _unique(parts, [kinds] * len(parts))
    most = int(INT64_MAX ** (1 / len(parts)) * (1 - 1e-12))  # below the root, rounding included

    def by_halves() -> tuple[tf.Tensor, tf.Tensor]:
        middle = len(parts) // 2
        halves = [_number(parts[:middle], kinds), _number(parts[middle:], kinds)]
        return _unique(*(list(x) for x in zip(*halves, strict=True)))

    return tf.cond(kinds <= most, lambda: _unique(parts, [kinds] * len(parts)), by_halves)


def _unique(parts: list[tf.Tensor], kinds: list[tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
    packed = parts[0]
    for part, kind in zip(parts[1:], kinds[1:], strict=True):
        packed = packed * kind + part
    distinct, numbers = tf.unique(tf.reshape(packed, (-1,)), out_idx=tf.int64)
    return tf.reshape(numbers, tf.shape(packed)), tf.size(distinct, tf.int64)


def _windows_of_first(
    numbers: tf.Tensor, count: tf.Tensor, source: tf.Tensor, size: int
) -> tf.Tensor:
    """The window of `source` at one of the places of each number, [count, size*size].

    The window of the place (row, column) of `numbers` begins at (row, column) of `source`.
    """
    flat = tf.reshape(numbers, (-1,))
    place = tf.math.unsorted_segment_max(tf.range(tf.size(flat)), flat, count)
    height, width = tf.shape(numbers)[1], tf.shape(numbers)[2]
    image, row, column = place // (height * width), place // width % height, place % width
    source_height, source_width = tf.shape(source)[1], tf.shape(source)[2]
    start = (image * source_height + row) * source_width + column
    steps = tf.range(size)
    window = tf.reshape(steps[:, None] * source_width + steps, (-1,))
    return tf.gather(tf.reshape(source, (-1,)), start[:, None] + window)
