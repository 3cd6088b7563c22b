"""Which pasted segment covers which: the fixed order that follows from a training set.

SIMS trains a network on depth maps to say which of two neighbours is in front. Without depth, and
most data sets have none, its fallback is an order of labels by how common they are: sky, road and
buildings fill much of every picture and are behind; people, signs and poles are small and before
them.
"""

from collections.abc import Sequence

import numpy as np


def back_to_front(label_pixels: Sequence[int], labels: Sequence[int], areas: Sequence[int]) -> list:
    """Places of segments in the order in which to paste them: common labels, then large ones.

    Args:
      label_pixels: pixels of each label in the training set.
      labels, areas: of the segments.
    """
    common = np.asarray(label_pixels)[np.asarray(labels, int)]
    return np.lexsort((-np.asarray(areas, int), np.asarray(labels, int), -common)).tolist()
