"""Signatures: a segment's place and shape in 128 bytes, to compare thousands at once.

The picture is a grid of 16 x 16 cells. The signature has four bits for each: whether more than 1/8,
3/8, 5/8 and 7/8 of the cell are covered. AND of two such codes counts the smaller coverage, OR the
larger, so that popcount(AND) / popcount(OR) is about the intersection over union of the segments.
"""

import numpy as np

CELLS = 16
LEVELS = (1 / 8, 3 / 8, 5 / 8, 7 / 8)
WORDS = CELLS * CELLS * len(LEVELS) // 64


def signature(mask: np.ndarray) -> np.ndarray:
    """The signature of a mask on the whole picture: bool [height, width] -> uint64 [16]."""
    covered = mask.astype(np.int32)
    sizes = []
    for axis in range(2):
        # As equal as whole pixels allow; a picture of less than 16 pixels repeats some.
        starts = np.arange(CELLS) * mask.shape[axis] // CELLS
        sizes.append(np.maximum(np.diff(starts, append=mask.shape[axis]), 1))
        covered = np.add.reduceat(covered, starts, axis=axis)
    share = covered / np.multiply.outer(*sizes)
    bits = share[..., np.newaxis] > np.array(LEVELS)
    return np.packbits(bits).view(np.uint64)


def similarity(one: np.ndarray, many: np.ndarray) -> np.ndarray:
    """Approximate intersection over union of one signature with each of many.

    Args:
      one: uint64 [16].
      many: uint64 [count, 16].

    Returns: float64 [count], 0..1; 0 for two that are empty.
    """
    shared = np.bitwise_count(many & one).sum(axis=1, dtype=np.int64)
    either = np.bitwise_count(many | one).sum(axis=1, dtype=np.int64)
    return shared / np.maximum(either, 1)
