"""What goes into a record: an example's files as they are, or its pictures scaled and mapped."""

import pathlib
from collections.abc import Callable

import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data import sources
from spade_tf.data.failures import find_fault
from spade_tf.data.listing import Example
from spade_tf.errors import UserError

Encoder = Callable[[int], dict[str, bytes]]
"""From an example's place in its list to its pictures. Raises UserError for one that is bad."""

JPEG_QUALITY = 95


def make_encoder(config: Config, split: str, examples: list[Example], store: str) -> Encoder:
    """What makes the records of some examples, in one of `manifest.STORES`."""
    if store == "files":
        return lambda place: _file_contents(config, split, examples[place])
    return _scaling_encoder(config, split, examples, store)


def _file_contents(config: Config, split: str, example: Example) -> dict[str, bytes]:
    fault = find_fault(example, config, split)
    if fault:
        raise fault
    paths = {"label_map": example.label, "image": example.image, "instance_map": example.instance}
    return {key: pathlib.Path(path).read_bytes() for key, path in paths.items() if path}


def _scaling_encoder(config: Config, split: str, examples: list[Example], store: str) -> Encoder:
    load = sources.make_loader(config, split, examples, training=split == "train")

    @tf.function(input_signature=[tf.TensorSpec([], tf.int64)])
    def encode(index: tf.Tensor) -> dict[str, tf.Tensor]:
        pictures = load(index)
        encoded = {}
        for key, pixels in pictures.items():
            if key != "image":
                small = pixels.dtype == tf.uint8
                pixels = tf.cast(pixels, tf.uint8 if small else tf.uint16)[..., None]
                encoded[key] = tf.io.encode_png(pixels)
            elif store == "jpeg":
                encoded[key] = tf.io.encode_jpeg(
                    pixels, quality=JPEG_QUALITY, chroma_downsampling=False
                )
            else:
                encoded[key] = tf.io.encode_png(pixels)
        return encoded

    def encode_example(place: int) -> dict[str, bytes]:
        try:
            encoded = encode(tf.constant(place, tf.int64))
        except tf.errors.OpError as error:
            fault = find_fault(examples[place], config, split)
            raise fault or UserError(f"TensorFlow failed: {error.message}") from error
        return {key: value.numpy() for key, value in encoded.items()}

    return encode_example
