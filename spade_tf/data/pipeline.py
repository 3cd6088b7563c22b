"""Batches for training and validation: order -> load -> crop, flip, rotate -> networks' types.

Everything is a function of (config, image number): see `order.py` for what that buys.
"""

import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data import order, sources, transforms
from spade_tf.data.bad_examples import BadExamples
from spade_tf.data.canvases import make_canvases
from spade_tf.data.labels import dont_care_label
from spade_tf.data.position_map import position_map


def num_examples(config: Config, split: str) -> int:
    """How many label maps a split (`train` or `val`) has. Raises UserError as `make_dataset`."""
    return len(sources.list_examples(config, split))


def make_dataset(
    config: Config,
    split: str,
    batch_size: int,
    *,
    start_image: int = 0,
    num_shards: int = 1,
    shard_index: int = 0,
    global_batch_size: int | None = None,
    training: bool | None = None,
    bad_examples: BadExamples | None = None,
) -> tf.data.Dataset:
    """Batches as dicts with the keys that the config needs.

    `label_map` int32 [batch, height, width]; `image` float32 [batch, height, width, 3], -1..1
    (training; validation where photographs exist); `instance_map` int32 [batch, height, width] if
    data.has_instances; `position_map` float32 [batch, height, width, 2] if config.has_positions;
    `canvas` float32 [batch, height, width, 4] and `canvas_label_map` int32 [batch, height, width]
    for model.kind=sims.

    `train` never ends; image number n of the stream is the same whatever the batch size, the
    workers, the threads or the start. `val` is one pass in order, cut in the middle; its last batch
    may be smaller.

    Args:
      config: the experiment.
      split: `train` or `val`.
      batch_size: images in each batch of this dataset.
      start_image: number of the stream's image to begin with (images seen so far by all workers).
      num_shards: workers that share every global batch.
      shard_index: which of them this is.
      global_batch_size: images that all workers take together in one step, a multiple of
        num_shards * batch_size; default: num_shards * batch_size.
      training: True as `train` and False as `val` is given out; default: as the split says.
      bad_examples: counts the training examples that were replaced, if data.max_bad_examples allows
        any; default: a count of this dataset's own.

    Raises:
      UserError: folders that are missing, empty or unpaired, or shards that do not fit the config.
    """
    global_batch_size = global_batch_size or num_shards * batch_size
    if global_batch_size % (num_shards * batch_size):
        raise ValueError(
            f"global_batch_size is {global_batch_size}; expected a multiple of "
            f"num_shards * batch_size = {num_shards * batch_size}"
        )
    training = split == "train" if training is None else training
    examples = sources.list_examples(config, split)
    load = sources.make_loader(config, split, examples, training)
    if training:
        if config.data.cache:
            load = sources.remember(load)
        stream = order.training_order(len(examples), config.train.seed, start_image)
    else:
        stream = tf.data.Dataset.range(start_image, len(examples)).map(lambda n: (n, n))
    stream = order.take_shard(stream, start_image, global_batch_size, num_shards, shard_index)

    canvases = make_canvases(config, split, training) if config.model.kind == "sims" else None

    def make_example(number: tf.Tensor, index: tf.Tensor) -> transforms.Example:
        example = finish(cut_out(load(index), number, config, training), config)
        return canvases(example, number, index) if canvases else example

    if training and config.data.max_bad_examples:
        bad_examples = bad_examples or BadExamples(config)
        images = bad_examples.replace_in(stream, make_example, examples)
    else:
        images = stream.map(make_example, tf.data.AUTOTUNE, deterministic=True)
    return batched(images, batch_size, drop_remainder=training)


def batched(images: tf.data.Dataset, batch_size: int, drop_remainder: bool) -> tf.data.Dataset:
    """Batches in the order of the images, prepared in advance."""
    batches = images.batch(batch_size, drop_remainder=drop_remainder).prefetch(tf.data.AUTOTUNE)
    options = tf.data.Options()
    options.deterministic = True
    # Workers are told apart before; a second division by tf.distribute would lose images.
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.OFF
    return batches.with_options(options)


def cut_out(
    example: transforms.Example, number: tf.Tensor, config: Config, training: bool
) -> transforms.Example:
    """height x width of a scaled example: by the image's number for training, else the middle."""
    data = config.data
    rows, columns = tf.unstack(tf.shape(example["label_map"]))
    free_rows, free_columns = rows - data.height, columns - data.width
    if not training:
        return transforms.crop(example, free_rows // 2, free_columns // 2, data.height, data.width)
    down, right, mirror, turn = tf.unstack(order.uniforms(config.train.seed, number, 4))
    if data.rotation_degrees:
        degrees = (2 * turn - 1) * data.rotation_degrees
        example = transforms.rotate(example, degrees, dont_care_label(data))
    top = tf.cast(down * tf.cast(free_rows + 1, tf.float32), tf.int32)
    left = tf.cast(right * tf.cast(free_columns + 1, tf.float32), tf.int32)
    # In float32, a number just below 1 times free + 1 may round up to free + 1.
    top, left = tf.minimum(top, free_rows), tf.minimum(left, free_columns)
    example = transforms.crop(example, top, left, data.height, data.width)
    return transforms.flip(example, mirror < 0.5) if data.flip else example


def finish(example: transforms.Example, config: Config) -> transforms.Example:
    """The types of the networks, and the position map where the config needs it."""
    finished = {"label_map": tf.cast(example["label_map"], tf.int32)}
    if "image" in example:
        finished["image"] = tf.cast(example["image"], tf.float32) / 127.5 - 1
    if "instance_map" in example:
        finished["instance_map"] = tf.cast(example["instance_map"], tf.int32)
    if config.has_positions:
        dont_care = dont_care_label(config.data)
        positions = tf.numpy_function(
            lambda label_map: position_map(label_map, dont_care),
            [finished["label_map"]],
            tf.float32,
        )
        shape = [config.data.height, config.data.width, 2]
        finished["position_map"] = tf.ensure_shape(positions, shape)
    return finished
