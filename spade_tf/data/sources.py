"""Where examples come from: files, shards, or scenes painted on the spot."""

import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data import decoding, files, transforms
from spade_tf.data.datasets import dataset_module
from spade_tf.data.listing import Example
from spade_tf.data.shards.reader import open_split

Contents = Callable[[tf.Tensor], dict[str, tf.Tensor]]
"""From an example's index (int64 scalar) to the bytes of its files, by the keys of its maps."""

Loader = Callable[[tf.Tensor], transforms.Example]
"""From an example's index (int64 scalar) to its maps and photograph, scaled but not yet cropped."""


def list_examples(config: Config, split: str) -> list[Example]:
    """The examples of a split, `train` or `val`, in natural order. Raises UserError."""
    if split not in ("train", "val"):
        raise ValueError(f"split is {split!r}; expected 'train' or 'val'")
    if config.data.shards:
        return open_split(config.data, split).examples
    return dataset_module(config.data.dataset).list_examples(config.data, split)


def make_loader(config: Config, split: str, examples: list[Example], training: bool) -> Loader:
    """What loads the examples of a split, at the sizes that training or validation cuts from."""
    if config.data.shards:
        shards = open_split(config.data, split)
        read = functools.partial(shards.contents, has_instances=config.data.has_instances)
        if shards.store == "files":
            return file_loader(config, read, training)
        shards.check_scale(split, training, config.data)
        return scaled_loader(config, read)
    if examples[0].label:
        return file_loader(config, read_files(examples), training)
    return scene_loader(config, examples)


def read_files(examples: list[Example]) -> Contents:
    """Reads the files of examples that all have the same kinds of files."""
    paths = {"label_map": [example.label for example in examples]}
    if examples[0].image:
        paths["image"] = [example.image or "" for example in examples]
    if examples[0].instance:
        paths["instance_map"] = [example.instance or "" for example in examples]
    tables = {key: tf.constant(values) for key, values in paths.items()}
    return lambda index: {key: tf.io.read_file(table[index]) for key, table in tables.items()}


def file_loader(config: Config, read: Contents, training: bool) -> Loader:
    """Decodes, checks and scales label maps, photographs and instance maps as they were found."""
    cut = files.cut_of(config.data, training)
    reader = decoding.LabelReader(config.data)

    def load(index: tf.Tensor) -> transforms.Example:
        contents = read(index)
        example = {"label_map": reader.decode(contents["label_map"], index)}
        if "image" in contents:
            example["image"] = decoding.decode_image(contents["image"])
        if "instance_map" in contents:
            instances = decoding.decode_instance_map(contents["instance_map"], index)
            example["instance_map"] = instances
        size = tf.shape(example["label_map"])[:2]
        same = [tf.reduce_all(tf.shape(value)[:2] == size) for value in example.values()]
        rows, columns = transforms.scaled_size(size[0], size[1], cut)
        usable = tf.reduce_all(same) & transforms.can_crop(rows, columns, cut)
        with tf.control_dependencies([decoding.require(usable, index)]):
            example = transforms.scale(example, rows, columns)
        example["label_map"] = reader.to_labels(example["label_map"], index)
        return example

    return load


def scaled_loader(config: Config, read: Contents) -> Loader:
    """Decodes what was scaled, and mapped to labels, when the shards were made."""
    wide = config.data.num_labels > 256
    types = {"label_map": tf.uint16 if wide else tf.uint8, "instance_map": tf.uint16}

    def load(index: tf.Tensor) -> transforms.Example:
        example = {}
        for key, contents in read(index).items():
            if key == "image":
                example[key] = decoding.decode_image(contents)
            else:
                pixels = tf.io.decode_png(contents, channels=1, dtype=types[key])
                example[key] = tf.ensure_shape(pixels, [None, None, 1])[..., 0]
        if wide:
            example["label_map"] = tf.cast(example["label_map"], tf.int32)
        return example

    return load


def scene_loader(config: Config, examples: list[Example]) -> Loader:
    """Paints procedural scenes at the size of the config; nothing is scaled."""
    from spade_tf.data.scenes import render_scene

    height, width = config.data.height, config.data.width
    seeds = tf.constant([int(example.name) for example in examples], tf.int64)

    def paint(seed: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        scene = render_scene(int(seed), height, width)
        return scene.label_map, scene.image, scene.instance_map.astype(np.uint16)

    def load(index: tf.Tensor) -> transforms.Example:
        parts = tf.numpy_function(paint, [seeds[index]], (tf.uint8, tf.uint8, tf.uint16))
        example = {
            "label_map": tf.ensure_shape(parts[0], [height, width]),
            "image": tf.ensure_shape(parts[1], [height, width, 3]),
        }
        if config.data.has_instances:
            example["instance_map"] = tf.ensure_shape(parts[2], [height, width])
        return example

    return load


def remember(load: Loader) -> Loader:
    """The same loader with a memory: what was loaded once stays in RAM, as the loader left it."""
    memory: dict[int, list[np.ndarray]] = {}
    index_type = tf.TensorSpec([], tf.int64)
    example = tf.function(load).get_concrete_function(index_type).structured_outputs
    keys, types = list(example), [value.dtype for value in example.values()]

    def store(index: np.ndarray, *values: np.ndarray) -> list[np.ndarray]:
        # The arrays are only lent for the call: keep copies.
        return memory.setdefault(int(index), [np.array(value) for value in values])

    def load_and_store(index: tf.Tensor) -> list[tf.Tensor]:
        loaded = load(index)
        return tf.numpy_function(store, [index, *(loaded[key] for key in keys)], types)

    def load_once(index: tf.Tensor) -> transforms.Example:
        known = tf.numpy_function(lambda i: int(i) in memory, [index], tf.bool)
        values = tf.cond(
            tf.ensure_shape(known, []),
            lambda: tf.numpy_function(lambda i: memory[int(i)], [index], types),
            lambda: load_and_store(index),
        )
        return {
            key: tf.ensure_shape(value, example[key].shape)
            for key, value in zip(keys, values, strict=True)
        }

    return load_once
