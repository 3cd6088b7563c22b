"""Which example comes when: an endless stream of image numbers that can start anywhere.

Image number n of a training run is example `permutation(n // N)[n % N]`, N being the number of
examples. Whatever else is random about it (crop, flip, rotation) is drawn from (seed, n). So the
stream depends on nothing but the seed: a run that continues at image n needs no saved iterator, and
any number of workers can each take its own part of every batch.
"""

import tensorflow as tf


def training_order(num_examples: int, seed: int, start_image: int = 0) -> tf.data.Dataset:
    """(image number, example index), both int64, from `start_image` on without end.

    Every epoch is a permutation of its own, drawn from (seed, epoch).
    """

    def epoch(number: tf.Tensor) -> tf.data.Dataset:
        indices = tf.range(num_examples, dtype=tf.int64)
        order = tf.random.experimental.stateless_shuffle(indices, seed=tf.stack([seed, number]))
        return tf.data.Dataset.from_tensor_slices(order)

    epochs = tf.data.Dataset.range(start_image // num_examples, tf.int64.max)
    stream = epochs.flat_map(epoch).skip(start_image % num_examples)
    return stream.enumerate(start_image)


def take_shard(
    stream: tf.data.Dataset,
    start_image: int,
    global_batch_size: int,
    num_shards: int,
    shard_index: int,
) -> tf.data.Dataset:
    """The part of every global batch that belongs to one worker.

    A global batch is cut into `num_shards` equal runs of neighbours: all workers' runs in the order
    of the workers are the global batch again.
    """
    if num_shards == 1:
        return stream
    share = global_batch_size // num_shards

    def mine(number: tf.Tensor, index: tf.Tensor) -> tf.Tensor:
        del index
        return (number - start_image) % global_batch_size // share == shard_index

    return stream.filter(mine)


def uniforms(seed: int, image_number: tf.Tensor, count: int) -> tf.Tensor:
    """`count` uniform numbers from 0 to below 1 that belong to one image of the stream, float32."""
    return tf.random.stateless_uniform(
        [count], seed=tf.stack([tf.cast(seed, tf.int64), image_number])
    )
