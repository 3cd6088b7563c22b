"""Canvases for `model.kind=sims`: what the data pipeline adds to its examples."""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from spade_tf.config import Config, DataConfig
from spade_tf.data.labels import dont_care_label, label_names
from spade_tf.data.transforms import Example
from spade_tf.errors import UserError
from spade_tf.sims.bank import Bank, check_fits
from spade_tf.sims.corruption import corrupted_canvas
from spade_tf.sims.displacement import displaced_segment
from spade_tf.sims.synthesis_canvas import retrieved_canvas

Canvases = Callable[[Example, tf.Tensor, tf.Tensor], Example]
"""From a finished example, its number in the stream and its index to the same with a canvas."""


def open_bank(config: Config) -> Bank:
    """The bank of a config. Raises UserError if there is none, or one of other pictures."""
    if not config.model.bank:
        raise UserError(
            "model.kind=sims needs its memory bank: write model.bank=DIR with what "
            "tools.build_bank wrote; spade_tf.train builds one in the workdir"
        )
    bank = Bank(config.model.bank)
    check_fits(bank, config.data.height, config.data.width, label_names(config))
    return bank


def unknown_label(data: DataConfig) -> int:
    """The label for "none of them": don't-care, or one more than there are, which is no channel."""
    dont_care = dont_care_label(data)
    return data.num_labels if dont_care is None else dont_care


def make_canvases(config: Config, split: str, training: bool) -> Canvases:
    """What adds canvases to the examples of a split.

    `canvas` float32 [height, width, 4] and `canvas_label_map` int32 [height, width], see
    `spade_tf.sims.canvas`. For training they are made of the photograph itself, and
    `model.spatial_transformer` adds `segment` float32 [height, width, 4]; else they are retrieved,
    from other images than the example's own, and nothing has been moved.
    """
    bank, unknown = open_bank(config), unknown_label(config.data)
    size = (config.data.height, config.data.width)
    moves = training and config.model.spatial_transformer

    def train(
        label_map: np.ndarray, image: np.ndarray, number: np.ndarray, index: np.ndarray
    ) -> list[np.ndarray]:
        photograph = np.rint((image + 1) * 127.5).astype(np.uint8)
        seed = [config.train.seed, int(number)]
        canvas = corrupted_canvas(label_map, photograph, bank, int(index), unknown, [*seed, 0])
        inputs = list(canvas.as_input().values())
        if moves:
            inputs.append(displaced_segment(label_map, photograph, bank.nothing, [*seed, 1]))
        return inputs

    def paint(label_map: np.ndarray, index: np.ndarray) -> list[np.ndarray]:
        own = int(index) if split == "train" else None
        canvas = retrieved_canvas(label_map, bank, unknown, without_image=own)
        return list(canvas.as_input().values())

    def add(example: Example, number: tf.Tensor, index: tf.Tensor) -> Example:
        types = [tf.float32, tf.int32, tf.float32][: 3 if moves else 2]
        if training:
            arguments = [example["label_map"], example["image"], number, index]
            made = tf.numpy_function(train, arguments, types)
        else:
            made = tf.numpy_function(paint, [example["label_map"], index], types)
        shapes = {"canvas": (*size, 4), "canvas_label_map": size, "segment": (*size, 4)}
        named = zip(shapes.items(), made, strict=False)
        return example | {name: tf.ensure_shape(value, shape) for (name, shape), value in named}

    return add
