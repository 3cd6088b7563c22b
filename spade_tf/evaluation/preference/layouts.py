"""Label maps as people see them: in colours, with the classes' names where a config has them."""

import functools
import io
import pathlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from spade_tf.config import Config
from spade_tf.data.colors import colorize, distinct_colors
from spade_tf.errors import UserError

NAMED_SHARE = 0.002
"""Classes of a smaller share of the pixels are not in the legend."""

THUMBNAIL = 32


@dataclass(frozen=True)
class Layout:
    """A label map to show.

    Attributes:
      png: the coloured picture.
      legend: name and colour (`#rrggbb`) of its classes, the largest first; empty without a config.
      thumbnail: the picture at THUMBNAIL x THUMBNAIL pixels, uint8 [height, width, 3].
    """

    png: bytes
    legend: tuple[tuple[str, str], ...]
    thumbnail: np.ndarray


def read_layout(path: pathlib.Path, size: tuple[int, int], config: Config | None) -> Layout:
    """Reads a label map and colours it.

    Args:
      path: a PNG: ids as the config says, or without a config 8-bit ids or a coloured picture.
      size: (width, height) of the picture, that of the images it is compared with.
      config: whose colours and names are shown.

    Raises:
      UserError: no label map.
    """
    pixels, legend = _with_config(path, config) if config else (_without_config(path), ())
    picture = Image.fromarray(pixels)
    thumbnail = picture.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.NEAREST)
    file = io.BytesIO()
    picture.resize(size, Image.Resampling.NEAREST).save(file, "png")
    return Layout(file.getvalue(), legend, np.asarray(thumbnail))


def _with_config(
    path: pathlib.Path, config: Config
) -> tuple[np.ndarray, tuple[tuple[str, str], ...]]:
    # Only here, because they bring TensorFlow.
    from spade_tf.data.files import read_label_map
    from spade_tf.data.labels import label_names, palette

    label_map, colors, names = read_label_map(str(path), config.data), palette(config), []
    labels, pixels = np.unique(label_map, return_counts=True)
    for index in np.argsort(-pixels, kind="stable"):
        if pixels[index] >= NAMED_SHARE * label_map.size:
            color = f"#{bytes(colors[labels[index]]).hex()}"
            names.append((label_names(config)[labels[index]], color))
    return colorize(label_map, colors), tuple(names)


def _without_config(path: pathlib.Path) -> np.ndarray:
    try:
        with Image.open(path) as file:
            if file.mode == "L":
                return colorize(np.asarray(file), _any_colors())
            if file.mode in ("P", "RGB", "RGBA"):
                return np.asarray(file.convert("RGB"))
            raise UserError(f"{path} has mode {file.mode}; expected 8-bit ids or a coloured PNG")
    except (OSError, SyntaxError) as error:
        raise UserError(f"cannot read {path} ({error}); expected a PNG") from error


@functools.cache
def _any_colors() -> np.ndarray:
    """256 colours, [256, 3]; 255, in most data sets "unlabelled", is black."""
    return np.array(distinct_colors(256, dont_care=True))
