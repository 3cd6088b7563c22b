"""One record: a tf.train.Example with the bytes of an example's pictures.

| feature | in a store `files` | in a store `scaled` or `jpeg` |
|---|---|---|
| `name` | the example's name | |
| `label_map` | the PNG file | PNG, grey, 8 bits (16 beyond 256 labels): a pixel is its label |
| `image` (if any) | the JPEG, PNG or BMP file | PNG or JPEG, RGB, 8 bits |
| `instance_map` (if any) | the PNG file | PNG, grey, 16 bits |

Each feature is a list of one byte string.
"""

import tensorflow as tf

KEYS = ("label_map", "image", "instance_map")

HEAD_BYTES = 12
TAIL_BYTES = 4
"""What TFRecord puts around a record: its length with a checksum before, a checksum behind."""


def pack(name: str, pictures: dict[str, bytes]) -> bytes:
    """The record of an example; the same input gives the same bytes."""
    values = {"name": name.encode(), **pictures}
    features = {
        key: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        for key, value in values.items()
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def unpack(record: bytes) -> tuple[str, dict[str, bytes]]:
    """Name and pictures of a record."""
    features = tf.train.Example.FromString(record).features.feature
    pictures = {key: features[key].bytes_list.value[0] for key in KEYS if key in features}
    return features["name"].bytes_list.value[0].decode(), pictures


def unpack_tensor(record: tf.Tensor, keys: list[str]) -> dict[str, tf.Tensor]:
    """The pictures of a record, in the graph."""
    features = {key: tf.io.FixedLenFeature([], tf.string) for key in keys}
    return tf.io.parse_single_example(record, features)
