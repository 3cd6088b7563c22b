"""A small training set with things to retrieve, and its bank."""

import pathlib

import numpy as np

from spade_tf.config import Config
from tests.data.small_sets import make_config, write_png

SKY, GROUND, BLOCK = range(3)


def layout(number: int) -> np.ndarray:
    """Sky over ground, 32x32, the horizon at row 12 + number; a block of 8x8 at the left."""
    label_map = np.full((32, 32), SKY, np.uint8)
    label_map[12 + number :] = GROUND
    label_map[16:24, 2 * number : 2 * number + 8] = BLOCK
    return label_map


def photograph(number: int) -> np.ndarray:
    """Grey level 50 (label + 1) plus the picture's number; its columns in the last channel."""
    grey = (50 * (layout(number) + 1) + number)[..., np.newaxis]
    columns = np.broadcast_to(np.arange(32)[np.newaxis, :, np.newaxis], grey.shape)
    return np.concatenate([grey, grey, columns], axis=-1).astype(np.uint8)


def block_set(root: pathlib.Path, images: int = 5, **values) -> Config:
    """The config of a set of such pictures, of which the first is for validation too."""
    for number in range(images):
        for split in ("train", "val") if number == 0 else ("train",):
            write_png(root / f"{split}_label" / f"{number}.png", layout(number))
            write_png(root / f"{split}_img" / f"{number}.png", photograph(number))
    defaults = {
        "data__root": str(root),
        "data__num_labels": 4,
        "data__has_dont_care": True,
        "data__height": 32,
        "data__width": 32,
        "data__load_size": 32,
        "data__flip": False,
        "model__kind": "sims",
        "model__norm": "none",
        "losses__gan": "none",
    }
    return make_config(**(defaults | values))
