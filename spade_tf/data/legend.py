"""A picture of what the colours of a label map mean."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROW, SWATCH, GAP = 20, 14, 6
"""Pixels: height of an entry, side of its colour, distance to its name."""


def legend(
    names: Sequence[str], colors: Sequence[Sequence[int]] | np.ndarray, width: int = 512
) -> np.ndarray:
    """Colours with their names, in as many columns as fit.

    Args:
      names: names of the labels.
      colors: as many colours, 0..255.
      width: of the picture in pixels; longer names are cut.

    Returns:
      [height, width, 3] uint8, as high as it takes.
    """
    font = ImageFont.load_default(12)
    longest = max((font.getlength(name) for name in names), default=0)
    column = min(width, int(longest) + SWATCH + 3 * GAP)
    columns = max(1, width // column)
    rows = -(-len(names) // columns)
    picture = Image.new("RGB", (width, max(1, rows) * ROW), "white")
    draw = ImageDraw.Draw(picture)
    for i, (name, color) in enumerate(zip(names, colors, strict=True)):
        left, top = i // rows * column + GAP, i % rows * ROW + (ROW - SWATCH) // 2
        red, green, blue = (int(value) for value in color)
        draw.rectangle((left, top, left + SWATCH - 1, top + SWATCH - 1), (red, green, blue), "gray")
        draw.text((left + SWATCH + GAP, top + SWATCH // 2), name, "black", font, anchor="lm")
    return np.asarray(picture)
