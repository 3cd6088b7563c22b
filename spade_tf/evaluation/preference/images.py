"""Methods' images as they are sent to people: PNGs with nothing but pixels.

Files of different kinds, or with a program's name or a date in them, would reveal the method.
"""

import io
import pathlib

import numpy as np
from PIL import Image

from spade_tf.errors import UserError


def read_image(path: pathlib.Path) -> np.ndarray:
    """An image, [height, width, 3] uint8. Raises UserError if it is damaged or no image."""
    try:
        with Image.open(path) as file:
            return np.asarray(file.convert("RGB"))
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(f"cannot read the image {path} ({error})") from error


def to_png(path: pathlib.Path) -> bytes:
    """The pixels of an image file as PNG, without its texts, profiles and dates."""
    file = io.BytesIO()
    Image.fromarray(read_image(path)).save(file, "png", compress_level=1)
    return file.getvalue()
