"""Checks in the graph: no server looks at shapes or values before it runs a model.

A wrong request would otherwise be broadcast, or painted as no label at all. What fails here reaches
the client as INVALID_ARGUMENT with this text.
"""

import struct
from collections.abc import Mapping, Sequence

import tensorflow as tf

from spade_tf.export.contract import NOT_A_LABEL, Tensor

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_BYTES = 33
"""Of a PNG file, up to the end of its first chunk, IHDR."""

GREY_8_BIT = b"\x08\x00"
"""Bit depth and colour type as IHDR has them."""


def checked(
    tensors: Sequence[Tensor], given: Mapping[str, tf.Tensor], num_labels: int
) -> dict[str, tf.Tensor]:
    """The inputs of a signature, of known shape again, once all checks have passed.

    Args:
        tensors: the signature's inputs.
        given: their values.
        num_labels: of label maps; other ids are refused.
    """
    # Hides the signature's shapes, from which TensorFlow would conclude that no check can fail.
    hidden = {
        tensor.name: tf.raw_ops.PlaceholderWithDefault(
            input=given[tensor.name], shape=tf.TensorShape(None)
        )
        for tensor in tensors
    }
    shapes = [_check_shape(tensor, hidden[tensor.name]) for tensor in tensors]
    with tf.control_dependencies(shapes):
        first = tensors[0].name
        rows = {name: tf.shape(x)[0] for name, x in hidden.items()}
        checks = [
            tf.debugging.Assert(
                tf.equal(rows[name], rows[first]),
                [f"{name} and {first} must have as many rows, received", rows[name], rows[first]],
            )
            for name in hidden
            if name != first
        ]
        if "label_map" in hidden:
            checks.append(_check_labels(hidden["label_map"], num_labels))
    with tf.control_dependencies(checks):
        return {
            tensor.name: tf.ensure_shape(tf.identity(hidden[tensor.name]), tensor.shape)
            for tensor in tensors
        }


def _check_shape(tensor: Tensor, x: tf.Tensor) -> tf.Operation:
    expected = ", ".join("batch" if size is None else str(size) for size in tensor.shape)
    sizes = tf.constant([-1 if size is None else size for size in tensor.shape])
    shape = tf.shape(x)
    is_right = tf.cond(
        tf.equal(tf.size(shape), len(tensor.shape)),
        lambda: tf.reduce_all(tf.where(sizes < 0, shape > 0, tf.equal(shape, sizes))),
        lambda: tf.constant(False),
    )
    text = f"{tensor.name}: expected the shape [{expected}] of at least one row, received"
    return tf.debugging.Assert(is_right, [text, shape], summarize=8)


def _check_labels(label_map: tf.Tensor, num_labels: int) -> tf.Operation:
    lowest, highest = tf.reduce_min(label_map), tf.reduce_max(label_map)
    is_right = tf.logical_and(lowest >= 0, highest < num_labels)
    text = f"label_map: labels are 0..{num_labels - 1}, received labels from, to"
    return tf.debugging.Assert(is_right, [text, lowest, highest])


def decode_label_png(
    data: tf.Tensor, height: int, width: int, label_of_file_id: Sequence[int]
) -> tf.Tensor:
    """The labels [height, width] int32 of a label file.

    Args:
        data: the file, a string. Its header is read first: a small file can claim to be huge, and
            TensorFlow would turn colours into grey values that look like labels.
        height, width: pixels that it must have.
        label_of_file_id: label of each grey value; NOT_A_LABEL where none.
    """
    is_long = tf.debugging.Assert(
        tf.strings.length(data) >= HEADER_BYTES,
        ["label_png_bytes: expected PNG files, received so many bytes:", tf.strings.length(data)],
    )
    with tf.control_dependencies([is_long]):
        head = tf.strings.substr(data, 0, HEADER_BYTES)
    is_png = tf.equal(tf.strings.substr(head, 0, 8), PNG_SIGNATURE)
    is_grey = tf.equal(tf.strings.substr(head, 24, 2), GREY_8_BIT)
    has_size = tf.equal(tf.strings.substr(head, 16, 8), struct.pack(">II", width, height))
    checks = [
        tf.debugging.Assert(is_png, ["label_png_bytes: expected PNG files, received another"]),
        tf.debugging.Assert(
            is_grey,
            [
                "label_png_bytes: expected 8-bit grey PNG files, whose values are file ids, "
                "received colours, a palette or another depth; the client converts such files"
            ],
        ),
        tf.debugging.Assert(
            has_size, [f"label_png_bytes: expected {width}x{height} pixels, received other sizes"]
        ),
    ]
    with tf.control_dependencies(checks):
        ids = tf.cast(tf.io.decode_png(data, channels=1, dtype=tf.uint8)[..., 0], tf.int32)
    labels = tf.gather(tf.constant(label_of_file_id, tf.int32), ids)
    unknown = tf.boolean_mask(ids, tf.equal(labels, NOT_A_LABEL))
    known = tf.debugging.Assert(
        tf.equal(tf.size(unknown), 0),
        ["label_png_bytes: file ids that are no label:", tf.unique(unknown).y],
        summarize=8,
    )
    with tf.control_dependencies([known]):
        return tf.ensure_shape(tf.identity(labels), (height, width))
