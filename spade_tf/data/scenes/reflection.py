"""Mirrors in water what stands behind it."""

import numpy as np


def mirror_rows(
    water: np.ndarray, base: np.ndarray, horizon: float, shift: np.ndarray | float = 0.0
) -> np.ndarray:
    """The row that each water pixel mirrors, following one straight column upwards.

    The nearest pixel above that stands (base >= 0) tells the mirror line: the row its object stands
    on. Flat ground in between hides part of the mirror image, as it does in nature.

    Args:
        water: [height, width] bool.
        base: [height, width] row (with fraction) on which the pixel's object stands, negative for
            pixels that lie flat or are water.
        horizon: row of the horizon, the mirror line of what is farther away than the water.
        shift: [n] rows by which ripples displace what each water pixel mirrors.

    Returns:
        [n] int64 rows of standing pixels for the water pixels, in the order of np.nonzero(water).
    """
    rows, columns = np.nonzero(water)
    index = np.arange(len(base))[:, None]
    standing = np.maximum.accumulate(np.where(base >= 0, index, 0), axis=0)
    above = standing[rows, columns]

    def seen(line: np.ndarray) -> np.ndarray:
        line = np.where(line > rows, horizon, line)  # it stands in front of the water
        source = np.abs(np.round(2 * line - 1 - rows + shift).astype(np.int64))
        return standing[np.minimum(source, above), columns]

    source = seen(base[above, columns])
    # What is found there may stand on another line (a hill behind a tree): mirror it at that one.
    return seen(base[source, columns])
