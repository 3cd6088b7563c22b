"""From the ids in the data sets' label files to the classes of their segmentation networks."""

import numpy as np

from spade_tf.errors import UserError

IGNORED = -1
"""Pixels that say nothing; a `Confusion` leaves them out."""

CITYSCAPES_CLASSES = (7, 8, 11, 12, 13, 17, *range(19, 29), 31, 32, 33)
"""The file ids of Cityscapes' 19 train ids, in their order."""


def cocostuff_classes(ids: np.ndarray) -> np.ndarray:
    """0..181 stay; every other id, such as 255 (unlabelled), is ignored. int32."""
    ids = np.asarray(ids, np.int32)
    return np.where((ids >= 0) & (ids < 182), ids, IGNORED)


def ade20k_classes(ids: np.ndarray) -> np.ndarray:
    """1..150 become 0..149; 0 (unlabelled) is ignored. int32.

    Raises:
      UserError: other ids.
    """
    ids = np.asarray(ids, np.int32)
    unknown = np.unique(ids[(ids < 0) | (ids > 150)])
    if unknown.size:
        raise UserError(f"ADE20K label ids {unknown.tolist()}, expected 0 (unlabelled) to 150")
    return ids - 1


def cityscapes_classes(ids: np.ndarray) -> np.ndarray:
    """`labelIds` become the 19 train ids; the rest is ignored. int32."""
    ids = np.asarray(ids, np.int32)
    table = np.full(256, IGNORED, np.int32)
    table[list(CITYSCAPES_CLASSES)] = np.arange(len(CITYSCAPES_CLASSES))
    return np.where((ids >= 0) & (ids < 256), table[np.clip(ids, 0, 255)], IGNORED)
