"""Rows of learned numbers, picked or summed by index, with a gradient that is fast.

TensorFlow's own gradient of a gather is sparse, which optimizers handle slowly, and adds up in the
type of the rows, which overflows in half precision. Here it is a sum over the places of each row,
in float32. (The product with the one-hot map, another way to say it, is several times slower.)
"""

from typing import Any

import keras
from keras import ops


class RowIndex:
    """Which row of a table every place reads; made once, shared by all tables of that many rows.

    Args:
        ids: 0..num_rows-1, integers of any shape. Other ids are undefined.
        num_rows: rows of the tables, an int or a scalar integer tensor.
        sort: sort the ids, once, which halves the time of every gradient. TensorFlow only, and not
            under XLA, which has no sum along a sorted order.
    """

    def __init__(self, ids: Any, num_rows: Any, sort: bool = False) -> None:
        self.ids = ops.cast(ids, "int32")
        self.num_rows = num_rows
        self.is_sorted = sort
        if sort:
            # Where nothing asks for a gradient, a graph drops the sorting again.
            flat = ops.reshape(self.ids, (-1,))
            self.order = ops.argsort(flat)
            self.sorted_ids = ops.take(flat, self.order, axis=0)

    def sum_by_row(self, values: Any, repeats: int = 1) -> Any:
        """The sum of the places of each row, [num_rows, channels] (TensorFlow).

        `values` is [places / repeats, channels]; each value stands for `repeats` places in turn.
        """
        import tensorflow as tf

        if self.is_sorted:
            places = self.order // repeats
            return tf.sparse.segment_sum(values, places, self.sorted_ids, self.num_rows)
        values = tf.repeat(values, repeats, axis=0) if repeats > 1 else values
        return tf.math.unsorted_segment_sum(values, tf.reshape(self.ids, (-1,)), self.num_rows)


def lookup(table: Any, index: RowIndex, dtype: str | None = None) -> Any:
    """The row of `table` for each place.

    Args:
        table: [num_rows, channels] float.
        index: of shape [...].
        dtype: type of the result; the table's by default.

    Returns:
        [..., channels] of `dtype`.
    """
    table = ops.copy(table)  # a tensor: TensorFlow takes no variable in a custom gradient
    dtype = dtype or keras.backend.standardize_dtype(table.dtype)
    if keras.backend.backend() != "tensorflow":
        return ops.take(ops.cast(table, dtype), index.ids, axis=0)
    import tensorflow as tf

    @tf.custom_gradient
    def rows(table: tf.Tensor) -> tuple:
        def gradient(upstream: tf.Tensor) -> tf.Tensor:
            upstream = tf.reshape(tf.cast(upstream, tf.float32), (-1, table.shape[-1]))
            return tf.cast(index.sum_by_row(upstream), table.dtype)

        return tf.gather(tf.cast(table, dtype), index.ids), gradient

    return rows(table)


def lookup_sum(table: Any, index: RowIndex) -> Any:
    """The sum of several rows of `table` for each place, without holding them all.

    Args:
        table: [num_rows, channels] float32.
        index: of shape [places, summands].

    Returns:
        [places, channels] float32.
    """
    table = ops.copy(table)  # a tensor: TensorFlow takes no variable in a custom gradient
    if keras.backend.backend() != "tensorflow":
        return ops.sum(ops.take(table, index.ids, axis=0), axis=1)
    import tensorflow as tf

    summands = index.ids.shape[1]

    @tf.custom_gradient
    def sums(table: tf.Tensor) -> tuple:
        places = tf.repeat(tf.range(tf.shape(index.ids)[0]), summands)
        total = tf.sparse.segment_sum(table, tf.reshape(index.ids, (-1,)), places)
        return total, lambda upstream: index.sum_by_row(upstream, repeats=summands)

    return sums(table)


def gathered_sum(table: Any, index: RowIndex) -> Any:
    """The same by what TensorFlow Lite has, all summands held at once; for graphs that only run."""
    import tensorflow as tf

    return tf.reduce_sum(tf.gather(table, index.ids), axis=1)
