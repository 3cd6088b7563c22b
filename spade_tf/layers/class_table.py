"""One row of learned numbers per class, picked for every pixel."""

from typing import Any

import keras
from keras import ops


def lookup(table: Any, ids: Any, num_labels: int, dtype: str | None = None) -> Any:
    """The rows of `table` for `ids`.

    The gradient to the table, one_hot(ids)^T @ gradient, is computed as a sum over the pixels of
    each class, in float32. TensorFlow's gradient of a gather is the same sum in the type of the
    rows, which overflows in half precision, and sparse, which optimizers handle slowly; the matrix
    product itself is several times slower and needs the one-hot map in memory.

    Args:
        table: [num_labels, channels] float.
        ids: 0..num_labels-1, [batch, height, width] int32. Other ids are undefined.
        num_labels: rows of the table.
        dtype: type of the result; the table's by default.

    Returns:
        [batch, height, width, channels] of `dtype`.
    """
    table = ops.copy(table)  # a tensor: TensorFlow takes no variable in a custom gradient
    table_dtype = keras.backend.standardize_dtype(table.dtype)

    @ops.custom_gradient
    def rows(table: Any) -> tuple[Any, Any]:
        def gradient(*args: Any, upstream: Any = None) -> Any:
            upstream = args[0] if upstream is None else upstream
            upstream = ops.reshape(ops.cast(upstream, "float32"), (-1, table.shape[-1]))
            total = ops.segment_sum(upstream, ops.reshape(ids, (-1,)), num_segments=num_labels)
            return ops.cast(total, table_dtype)

        return _gather(ops.cast(table, dtype or table_dtype), ids), gradient

    return rows(table)


def _gather(table: Any, ids: Any) -> Any:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.gather(table, ids)  # ops.take would first look for negative ids
    return ops.take(table, ids, axis=0)
