"""The picture files of a page: layouts in class colours, images large and small."""

import pathlib

import numpy as np
from PIL import Image

from spade_tf.data.colors import colorize
from spade_tf.files import beside

SMALL_SIDE = 320
"""Longest side in pixels of the picture in the overview."""

LARGE_ENOUGH = 480
"""Images whose longest side is at most this are shown in the overview as they are."""


def save_layout(label_map: np.ndarray, palette: np.ndarray, path: pathlib.Path) -> None:
    """A label map in class colours as a PNG; with up to 256 labels one byte a pixel."""
    if len(palette) <= 256:
        picture = Image.fromarray(label_map.astype(np.uint8)).convert("P")
        picture.putpalette(np.asarray(palette, np.uint8).tobytes())
    else:
        picture = Image.fromarray(colorize(label_map, palette))
    with beside(path) as partial:
        picture.save(partial, format="png", optimize=False)


def save_image(image: np.ndarray, folder: pathlib.Path, column: str, name: str) -> tuple[str, str]:
    """An image as a JPEG that shows no trace of it, and a small one where it is large.

    Args:
      image: uint8 [height, width, 3].
      folder: of the page.
      column: folder of the column's pictures.
      name: of the example.

    Returns: the paths of the large and the small picture below `folder`.
    """
    large = f"pictures/{column}/{name}.jpg"
    picture = Image.fromarray(image)
    with beside(folder / large) as partial:
        picture.save(partial, format="jpeg", quality=95, subsampling=0)
    if max(picture.size) <= LARGE_ENOUGH:
        return large, large
    small = f"thumbnails/{column}/{name}.jpg"
    picture.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    with beside(folder / small) as partial:
        picture.save(partial, format="jpeg", quality=85)
    return large, small
