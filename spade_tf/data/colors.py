"""Colours for labels: our own scheme, and palette files."""

import numpy as np

from spade_tf.errors import UserError

Color = tuple[int, int, int]

BLACK = (0, 0, 0)


def distinct_colors(count: int, *, dont_care: bool = False) -> tuple[Color, ...]:
    """`count` different colours, always the same ones, each as far from the others as it can be.

    Colour i is the one of a 16x16x16 grid of RGB colours whose distance to black and to colours 0
    to i - 1 is the largest. With `dont_care` the last colour is black.
    """
    levels = np.linspace(0, 255, 16)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3)
    distance = np.square(grid).sum(axis=1)
    colors: list[Color] = []
    for _ in range(count):
        color = grid[distance.argmax()]
        distance = np.minimum(distance, np.square(grid - color).sum(axis=1))
        red, green, blue = color.astype(int).tolist()
        colors.append((red, green, blue))
    if dont_care:
        colors[-1] = BLACK
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
