"""Photographs whose style is asked for, cut to the size that a model's encoder reads."""

import io

import numpy as np
from PIL import Image, ImageOps

from spade_tf.errors import UserError

MAX_PIXELS = 1 << 27
"""More than cameras make; larger pictures are not decoded."""


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
            upright = ImageOps.exif_transpose(file).convert("RGB")
            fitted = ImageOps.fit(upright, (width, height), Image.Resampling.BILINEAR)
            return np.asarray(fitted)
    except UserError:
        raise
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        reason = str(error).split(" <_io")[0]
        raise UserError(
            f"{name} cannot be decoded ({reason}); expected a JPEG, PNG, WebP or BMP photograph"
        ) from error
