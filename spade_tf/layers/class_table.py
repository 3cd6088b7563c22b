"""One row of learned numbers per class, picked for every pixel."""

from typing import Any

import keras
from keras import ops


def lookup(table: Any, ids: Any, num_labels: int, dtype: str | None = None) -> Any:
    """The rows of `table` for `ids`.

    The gradient to the table is the matrix product one_hot(ids)^T @ gradient, in float32: the
    usual gradient of a gather adds up pixel by pixel, which is slow on a CPU, and sums in half
    precision, which overflows.

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
            one_hot = ops.one_hot(ops.reshape(ids, (-1,)), num_labels, dtype="float32")
            return ops.cast(ops.matmul(ops.transpose(one_hot), upstream), table_dtype)

        return _gather(ops.cast(table, dtype or table_dtype), ids), gradient

    return rows(table)


def _gather(table: Any, ids: Any) -> Any:
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        return tf.gather(table, ids)  # ops.take would first look for negative ids
    return ops.take(table, ids, axis=0)
