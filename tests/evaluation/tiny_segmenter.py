"""A segmenter that nobody trained: what it says is wrong, but always the same."""

import math
import pathlib

import keras

from spade_tf.config import Config
from spade_tf.evaluation.segmenter import save_segmenter
from spade_tf.evaluation.segmenter.card import make_card
from spade_tf.evaluation.segmenter.deeplab_v3_plus import build_deeplab_v3_plus


def tiny_segmenter(folder: pathlib.Path, config: Config) -> pathlib.Path:
    """Writes a segmenter with random weights for a config's labels; returns its folder."""
    card = make_card(config, base_width=2, steps=0, batch_size=1)
    model = build_deeplab_v3_plus(card.num_classes, card.height, card.width, card.base_width)
    seeds = keras.random.SeedGenerator(3)
    for variable in model.trainable_variables:
        fan_in = max(1, math.prod(variable.shape[:-1]))
        stddev = math.sqrt(2 / fan_in)
        variable.assign(keras.random.normal(variable.shape, stddev=stddev, seed=seeds))
    save_segmenter(folder, model, card)
    return folder
