"""The canvas: segments of photographs pasted where a layout wants them, with holes between them."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from spade_tf.sims import sizes

REMOVED_SHARE = 0.5
"""Share of the pixels of a border band that are removed (SIMS)."""

EMPTY = -1


@dataclasses.dataclass(frozen=True, eq=False)
class Piece:
    """What is pasted at one place.

    Attributes:
      label: of the segment.
      top, left: the corner of its box in the picture.
      mask: its pixels, bool [rows, columns].
      pixels: uint8 [rows, columns, 3].
    """

    label: int
    top: int
    left: int
    mask: np.ndarray
    pixels: np.ndarray


@dataclasses.dataclass(frozen=True, eq=False)
class Canvas:
    """A picture with holes.

    Attributes:
      pixels: uint8 [height, width, 3]; 0 where nothing was pasted.
      valid: bool [height, width], where there is something.
      label_map: int32 [height, width], the layout; `unknown` where the canvas disagrees.
    """

    pixels: np.ndarray
    valid: np.ndarray
    label_map: np.ndarray

    def as_input(self) -> dict[str, np.ndarray]:
        """What the network reads: `canvas` float32 [height, width, 4] (RGB, whether valid; 0..1),
        `canvas_label_map` int32 [height, width]."""
        pixels = self.pixels.astype(np.float32) / 255
        valid = self.valid[..., np.newaxis].astype(np.float32)
        return {
            "canvas": np.concatenate([pixels, valid], axis=-1),
            "canvas_label_map": self.label_map.astype(np.int32),
        }


def paste(pieces: Sequence[Piece], height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Pastes pieces back to front, the last on top.

    Returns: uint8 [height, width, 3], 0 where there is none; and which piece is seen, by its place
    in `pieces`: int32 [height, width], `EMPTY` where none is.
    """
    pixels = np.zeros((height, width, 3), np.uint8)
    owner = np.full((height, width), EMPTY, np.int32)
    for place, piece in enumerate(pieces):
        rows, columns = piece.mask.shape
        box = slice(piece.top, piece.top + rows), slice(piece.left, piece.left + columns)
        pixels[box][piece.mask] = piece.pixels[piece.mask]
        owner[box][piece.mask] = place
    return pixels, owner


def border_band(owner: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Pixels that are not alone of their kind in a square around them: bool [height, width].

    Args:
      owner: integers [height, width].
      kernel: the odd side of each pixel's square, integers [height, width].
    """
    band = np.zeros(owner.shape, bool)
    for side in np.unique(kernel).tolist():
        low = ndimage.minimum_filter(owner, side, mode="nearest")
        high = ndimage.maximum_filter(owner, side, mode="nearest")
        band |= (low != high) & (kernel == side)
    return band


def compose(
    pieces: Sequence[Piece],
    label_map: np.ndarray,
    unknown: int,
    thin: Sequence[int],
    border_shares: Sequence[float],
    random: np.random.Generator,
) -> Canvas:
    """The canvas of pieces, given back to front, for a layout.

    Half of the pixels near a border between two pieces, or between a piece and nothing, are
    removed, so that the network paints the seams. So are pixels where the layout has a thin object
    and the piece what is behind it. Elsewhere, where a piece shows another label than the layout
    asks for, the layout says `unknown`.

    Args:
      pieces: see `paste`.
      label_map: the layout, [height, width] integers.
      unknown: the label for "none of them".
      thin: labels of thin objects.
      border_shares: of each label, the width of the border band as a share of the height.
      random: which pixels of a band are removed.
    """
    height, width = label_map.shape
    pixels, owner = paste(pieces, height, width)
    # The last entry is that of EMPTY, which has no band of its own.
    shown = np.array([*(piece.label for piece in pieces), unknown])[owner]
    kernels = [sizes.kernel_size(border_shares[piece.label], height) for piece in pieces]
    band = border_band(owner, np.array([*kernels, 1])[owner])
    disagrees = (owner != EMPTY) & (shown != label_map)
    hidden = disagrees & np.isin(label_map, thin)
    removed = hidden | (band & (random.random(owner.shape) < REMOVED_SHARE))
    valid = (owner != EMPTY) & ~removed
    edited = np.where(disagrees & ~hidden, unknown, label_map)
    pixels[~valid] = 0
    return Canvas(pixels, valid, edited.astype(np.int32))
