import keras
import pytest
import tensorflow as tf

from spade_tf.training.kept_features import kept_features, noted_operations

FLOAT32 = 4


class Block(keras.layers.Layer):
    """x * leaky_relu(conv(x))."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = keras.layers.Conv2D(2, 1)
        self.conv.build((None, None, None, 2))
        self.built = True

    def call(self, x):
        return x * keras.ops.leaky_relu(self.conv(x))


def features(learning=(0, 1), share=1.0):
    """Two blocks on an image [1, 4, 4, 2] times a weight."""
    with tf.Graph().as_default() as graph:
        scale = tf.Variable(1.0)
        blocks = [Block(), Block()]
        x = tf.compat.v1.placeholder(tf.float32, (1, 4, 4, 2)) * scale
        with noted_operations(graph, blocks) as noted:
            for block in blocks:
                x = block(x)
        variables = [blocks[i].conv.kernel.value for i in learning]
        kept = kept_features(graph, variables, noted, lambda operation: share)
    assert len(noted) == 2
    assert "call" not in vars(blocks[0])  # as before
    return kept


MAP = 4 * 4 * 2 * FLOAT32


def test_what_gradients_of_both_blocks_read():
    """Of the first block its input and what the leaky ReLU reads; of the second also the product's
    other factor, for its input has a gradient."""
    kept = features()
    assert kept.total == (2 + 3) * MAP
    assert kept.largest == MAP
    # Inputs are nobody's own: the first does not learn, the second is the first block's output.
    assert kept.in_blocks == (MAP, 2 * MAP)
    assert kept.with_recompute == (5 - 3 + 2) * MAP


def test_nothing_is_kept_before_the_first_weight_that_learns():
    assert features(learning=(1,)).total == 2 * MAP
    assert features(learning=()).total == 0


def test_shares():
    assert features(share=0.5).total == pytest.approx(features().total / 2)
