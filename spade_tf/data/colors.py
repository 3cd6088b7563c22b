"""Colours for labels: our own scheme, and palette files."""

import colorsys

import numpy as np

from spade_tf.errors import UserError

Color = tuple[int, int, int]

GOLDEN_RATIO = 0.6180339887498949


def distinct_colors(count: int, *, dont_care: bool = False) -> tuple[Color, ...]:
    """`count` different colours, always the same ones; neighbours in the list look unlike.

    Colour i has the hue i times the golden ratio (which spreads hues evenly for any count);
    saturation and value step through 2 x 3 levels. With `dont_care` the last colour is black.
    """
    colors = []
    for i in range(count):
        saturation = (0.85, 0.5)[i % 2]
        value = (0.95, 0.7, 0.5)[i % 3]
        red, green, blue = colorsys.hsv_to_rgb(i * GOLDEN_RATIO % 1, saturation, value)
        colors.append((round(red * 255), round(green * 255), round(blue * 255)))
    if dont_care:
        colors[-1] = (0, 0, 0)
    return tuple(colors)


def read_palette(path: str) -> tuple[list[str], list[Color]]:
    """Names and colours of a palette file (`red green blue name`); line n from 0 is file id n.

    Raises:
      UserError: the file is missing, a line is malformed, or a colour is named twice.
    """
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"data.palette: cannot read {path} ({error})") from error
    names: list[str] = []
    colors: list[Color] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = line.split(maxsplit=3)
        values = [int(part) for part in parts[:3] if part.isdigit()]
        if len(parts) < 4 or len(values) < 3 or max(values) > 255:
            raise UserError(
                f"{path} line {number} is {line!r}; expected 'red green blue name', "
                "such as '70 130 180 sky'"
            )
        color = (values[0], values[1], values[2])
        if color in colors:
            raise UserError(
                f"{path} line {number}: colour {color} is already {names[colors.index(color)]!r}; "
                "each label needs a colour of its own"
            )
        names.append(parts[3].strip())
        colors.append(color)
    if not colors:
        raise UserError(f"{path} is empty; expected lines 'red green blue name'")
    return names, colors


def colorize(label_map: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """A label map in colours.

    Args:
      label_map: [..., height, width] integers below len(palette).
      palette: [num_labels, 3] 0..255.

    Returns:
      [..., height, width, 3] uint8.
    """
    return np.asarray(palette, np.uint8)[np.asarray(label_map)]
