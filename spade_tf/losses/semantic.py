"""Semantic loss: what a network takes its own features for must be what the layout says."""

from typing import Any

from keras import ops

from spade_tf.losses.reduction import mean_per_example

Tensor = Any


def semantic(logits: Tensor, label_map: Tensor) -> Tensor:
    """Cross-entropy of logits with a label map, mean over pixels, float32 `[batch]`.

    Args:
      logits: `[batch, rows, columns, num_labels]`; if smaller than the label map, by a whole
        factor, every so many pixels of it count.
      label_map: integers `[batch, height, width]`, 0..num_labels-1.
    """
    factor = ops.shape(label_map)[1] // ops.shape(logits)[1]
    labels = label_map[:, ::factor, ::factor]
    logits = ops.cast(logits, "float32")
    return mean_per_example(ops.sparse_categorical_crossentropy(labels, logits, from_logits=True))
