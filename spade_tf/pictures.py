"""Pictures for people: images as bytes, sheets with titles and a legend of class names."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from spade_tf.data.legend import legend
from spade_tf.files import beside

GAP = 4
"""Pixels between two pictures of a sheet."""

TITLE_HEIGHT = 18

MIN_WIDTH, MAX_WIDTH = 320, 1600
"""Pixels that a sheet is wide: so that names can be read, unless one example is wider."""


def to_uint8(image: Any) -> np.ndarray:
    """Images of -1..1 as uint8 0..255, rounded to nearest."""
    return np.clip(np.rint((np.asarray(image) + 1.0) * 127.5), 0, 255).astype(np.uint8)


def from_uint8(image: np.ndarray) -> np.ndarray:
    """Images of uint8 0..255 as float32 -1..1."""
    return image.astype(np.float32) / 127.5 - 1.0


def save_png(image: np.ndarray, path: pathlib.Path) -> None:
    """Writes uint8 `[height, width, 3]` as a PNG, whole or not at all; makes the folder."""
    with beside(path) as partial:
        Image.fromarray(image).save(partial, format="png")


def sheet(
    columns: Mapping[str, Sequence[np.ndarray]],
    label_maps: np.ndarray,
    names: Sequence[str],
    palette: np.ndarray,
) -> np.ndarray:
    """A picture of examples, as many beside each other as fit, and the legend of their classes.

    Args:
      columns: what an example shows from left to right: title to uint8 images
        `[height, width, 3]`, one for each example.
      label_maps: the examples' labels, to list in the legend only those that occur.
      names, palette: of all labels.

    Returns: uint8 `[height, width, 3]`.
    """
    count = len(next(iter(columns.values())))
    width = sum(images[0].shape[1] + GAP for images in columns.values())
    rows = -(-count // max(1, MAX_WIDTH // width))
    beside = -(-count // rows)
    blocks = []
    for first in range(0, count, beside):
        cells = []
        for index in range(first, first + beside):
            for images in columns.values():
                blank = np.full_like(images[0], 255)
                cells.append(_pad(images[index] if index < count else blank))
        blocks.append(np.concatenate(cells, axis=1))
    body = np.concatenate([_titles(columns, beside), *blocks], axis=0)
    margin = max(0, MIN_WIDTH - body.shape[1])
    body = np.pad(body, ((0, 0), (0, margin), (0, 0)), constant_values=255)
    present = np.unique(label_maps)
    key = legend([names[i] for i in present], palette[present], body.shape[1])
    return np.concatenate([body, key], axis=0)


def _pad(image: np.ndarray) -> np.ndarray:
    half = GAP // 2
    return np.pad(image, ((half, half), (half, half), (0, 0)), constant_values=255)


def _titles(columns: Mapping[str, Sequence[np.ndarray]], repeats: int) -> np.ndarray:
    widths = [images[0].shape[1] + GAP for images in columns.values()] * repeats
    strip = Image.new("RGB", (sum(widths), TITLE_HEIGHT), "white")
    draw = ImageDraw.Draw(strip)
    left = 0
    for title, width in zip(list(columns) * repeats, widths, strict=True):
        draw.text((left + GAP, 3), title, fill="black")
        left += width
    return np.asarray(strip)
