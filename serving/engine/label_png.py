"""Looks at the first bytes of a label PNG before TensorFlow decodes it.

TensorFlow would turn the colours of an RGB or palette PNG into greys, which are other labels, and
would take a JPEG too; and a few bytes can declare a picture of gigabytes.
"""

import struct

import numpy as np

from serving.engine.refusal import Refusal, invalid

INPUT = "label_png_bytes"
"""Inputs of this name hold such files."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER = struct.Struct(">I4sIIBBBBB")
_GREY = 0
_COLORS = {_GREY: "grey", 2: "RGB", 3: "palette", 4: "grey and alpha", 6: "RGB and alpha"}


def check(files: np.ndarray, size: tuple[int, int] | None, max_pixels: int) -> None:
    """Refuses all but 8-bit grey PNGs.

    Args:
        files: array of bytes.
        size: (height, width) that they must have, if it is known.
        max_pixels: of each, if not.

    Raises:
        Refusal: INVALID_ARGUMENT; names the row.
    """
    for row, content in enumerate(files.ravel().tolist()):
        try:
            _check_one(content, size, max_pixels)
        except Refusal as refusal:
            raise invalid(f"{INPUT}[{row}] {refusal.message}") from None


def _check_one(content: bytes, size: tuple[int, int] | None, max_pixels: int) -> None:
    start = len(_SIGNATURE)
    if content[:start] != _SIGNATURE or len(content) < start + _HEADER.size:
        raise invalid("is no PNG file; send label maps as 8-bit grey PNG")
    length, kind, width, height, depth, color, *_ = _HEADER.unpack_from(content, start)
    if kind != b"IHDR" or length != 13:
        raise invalid("is a damaged PNG file: it does not begin with IHDR")
    if (depth, color) != (8, _GREY):
        name = _COLORS.get(color, f"colour type {color}")
        raise invalid(f"is a {depth}-bit {name} PNG; expected 8-bit grey, whose values are labels")
    if size is not None and (height, width) != size:
        raise invalid(f"is {width}x{height} pixels; the model paints {size[1]}x{size[0]}")
    if not 0 < width * height <= max_pixels:
        raise invalid(f"declares {width}x{height} pixels; expected 1 to {max_pixels}")
