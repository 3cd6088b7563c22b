"""Photographs whose style is asked for, cut to the size that a model's encoder reads."""

import io
import struct
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from spade_tf.errors import UserError

MAX_PIXELS = 1 << 26
"""67 million; larger pictures are not decoded."""

# By EXIF's number for "the first row is at the ...". ImageOps.exif_transpose also writes the tags
# anew, and fails in many ways where they are damaged.
_ORIENTATION = 0x0112
_TURNS: dict[Any, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_DAMAGES = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
)


def read_photograph(
    content: bytes, name: str, size: tuple[int, int], max_pixels: int = MAX_PIXELS
) -> np.ndarray:
    """The centre of a photograph, as large as its shape allows, scaled (bilinear) to a size.

    Args:
        content: a JPEG, PNG, WebP or BMP file; turned upright by its EXIF tag.
        name: of the file, for errors.
        size: height and width.
        max_pixels: more are refused before anything is decoded.

    Returns: RGB, uint8 [height, width, 3].

    Raises:
        UserError: no such file, damaged, or too large.
    """
    height, width = size
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP", "BMP"]) as file:
            if file.width * file.height > max_pixels:
                raise UserError(
                    f"{name} has {file.width}x{file.height} pixels; expected at most {max_pixels}"
                )
            turn = _TURNS.get(file.getexif().get(_ORIENTATION))
            image = file.convert("RGB")
            upright = image if turn is None else image.transpose(turn)
            fitted = ImageOps.fit(upright, (width, height), Image.Resampling.BILINEAR)
            return np.asarray(fitted)
    except UserError:
        raise
    except _DAMAGES as error:
        reason = str(error).split(" <_io")[0]
        raise UserError(
            f"{name} cannot be decoded ({reason}); expected a JPEG, PNG, WebP or BMP photograph"
        ) from error
