"""The bytes of files to tensors inside the graph: the fast twin of `files.py`.

Here a file is only found to be bad; the failure carries the number of the example, and
`failures.py` reads its files again to say what is wrong.
"""

import io

import numpy as np
import tensorflow as tf
from PIL import Image

from spade_tf.config import DataConfig
from spade_tf.data import files
from spade_tf.data.colors import read_palette
from spade_tf.data.labels import NOT_A_LABEL, label_table

FAILURE = "bad files of example"


class LabelReader:
    """Reads the label maps of one data set in two steps, so that only scaled maps are looked up."""

    def __init__(self, data: DataConfig):
        # One entry more than there are ids: the colours that no line names.
        self.table = tf.constant(np.append(label_table(data), NOT_A_LABEL), tf.int32)
        self.dtype = tf.uint8 if data.num_labels <= 256 else tf.int32
        self.color_table = color_table(data.palette) if data.palette else None
        self.indexed = files.indices_are_ids(data)

    def decode(self, contents: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
        """What the file holds, uint8: ids [rows, columns] or colours [rows, columns, 3]."""
        if self.indexed:
            # TensorFlow's decoder turns palette indices into colours.
            ids = tf.numpy_function(_decode_indices, [contents, index], tf.uint8)
            return tf.ensure_shape(ids, [None, None])
        if self.color_table is not None:
            return _decode_png(contents, index, files.RGB, 3)
        return _decode_png(contents, index, files.GREY, 1)[..., 0]

    def to_labels(self, pixels: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
        """Labels [rows, columns], uint8 where that is enough, of ids or colours."""
        ids = tf.cast(pixels, tf.int32)
        if self.color_table is not None:
            codes = (ids[..., 0] * 256 + ids[..., 1]) * 256 + ids[..., 2]
            ids = tf.cast(tf.gather(self.color_table, codes), tf.int32)
        labels = tf.gather(self.table, ids)
        with tf.control_dependencies([require(tf.reduce_min(labels) > NOT_A_LABEL, index)]):
            return tf.cast(labels, self.dtype)


def color_table(palette: str) -> tf.Tensor:
    """The palette line of each of the 2^24 colours; one after the last for colours without."""
    _, colors = read_palette(palette)
    red, green, blue = np.array(colors).T
    table = np.full(2**24, len(colors), np.uint8 if len(colors) < 256 else np.int32)
    table[(red * 256 + green) * 256 + blue] = np.arange(len(colors))
    return tf.constant(table)


def decode_instance_map(contents: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
    """[rows, columns] uint16 of an 8- or 16-bit grey PNG."""
    depth, color_type = _header(contents)
    good = (color_type == files.GREY) & ((depth == 8) | (depth == 16))
    with tf.control_dependencies([require(good, index)]):
        # As uint16, the decoder would spread 8-bit values over 16 bits.
        pixels = tf.cond(
            depth == 16,
            lambda: tf.io.decode_png(contents, channels=1, dtype=tf.uint16),
            lambda: tf.cast(tf.io.decode_png(contents, channels=1), tf.uint16),
        )
    return tf.ensure_shape(pixels, [None, None, 1])[..., 0]


def decode_image(contents: tf.Tensor) -> tf.Tensor:
    """[rows, columns, 3] uint8 of a JPEG, PNG or BMP file."""
    image = tf.io.decode_image(contents, channels=3, expand_animations=False)
    return tf.ensure_shape(image, [None, None, 3])


def require(condition: tf.Tensor, index: tf.Tensor) -> tf.Operation:
    """Fails with the number of the example where the condition does not hold."""
    return tf.debugging.Assert(condition, [FAILURE, index])


def _decode_png(contents: tf.Tensor, index: tf.Tensor, color_type: int, channels: int) -> tf.Tensor:
    depth, found = _header(contents)
    with tf.control_dependencies([require((depth == 8) & (found == color_type), index)]):
        return tf.io.decode_png(contents, channels=channels)


def _header(contents: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Bit depth and colour type of a PNG; (0, 0) for any other file."""
    head = tf.io.decode_raw(contents, tf.uint8, fixed_length=files.HEADER_BYTES)
    is_png = tf.reduce_all(head[:8] == tf.constant(list(files.PNG_SIGNATURE), tf.uint8))
    return tf.where(is_png, head[24], 0), tf.where(is_png, head[25], 0)


def _decode_indices(contents: bytes, index: np.ndarray) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(contents)) as file:
            return np.asarray(file).astype(np.uint8)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{FAILURE} {index}") from error
