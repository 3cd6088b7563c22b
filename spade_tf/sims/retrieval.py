"""Retrieval: the segments of a bank that best fit a segment of a layout.

Two steps. Approximate: of all segments of the label, those whose bounding boxes meet the query's
are compared by signature, 128 bytes each, at once. Exact: the best of these are read from the bank
and ranked by intersection over union of their full outlines, in the same place.
"""

import dataclasses

import numpy as np

from spade_tf.sims.bank import Bank
from spade_tf.sims.segments import Segment, intersection_over_union
from spade_tf.sims.signature import signature, similarity

KEPT = 10
"""Segments that a query returns (SIMS)."""

SHORTLIST = 64
"""Segments that are compared exactly."""


@dataclasses.dataclass(frozen=True)
class Match:
    """A segment of the bank, by its number there, and how well it fits."""

    number: int
    iou: float


def retrieve(
    bank: Bank,
    query: Segment,
    *,
    kept: int = KEPT,
    shortlist: int = SHORTLIST,
    without_image: int | None = None,
    images: np.ndarray | None = None,
) -> list[Match]:
    """The segments of the query's label with the largest intersection over union, best first.

    Args:
      bank: where to search.
      query: of a layout of the bank's size.
      kept: how many; fewer where fewer overlap at all.
      shortlist: how many the approximate step leaves for the exact one.
      without_image: number of an image whose segments do not count.
      images: numbers of the only images that count.
    """
    numbers = candidates(bank, query, without_image, images)
    if len(numbers) > shortlist:
        near = similarity(signature(query.on(bank.height, bank.width)), bank.signatures[numbers])
        numbers = numbers[np.argpartition(-near, shortlist)[:shortlist]]
    return exact(bank, query, numbers)[:kept]


def candidates(
    bank: Bank,
    query: Segment,
    without_image: int | None = None,
    images: np.ndarray | None = None,
) -> np.ndarray:
    """Numbers of the segments of the query's label whose bounding boxes meet its own."""
    mine = bank.of_label(query.label)
    tops, lefts, bottoms, rights = bank.boxes[mine].T
    rows, columns = query.box
    usable = (tops < rows.stop) & (bottoms > rows.start)
    usable &= (lefts < columns.stop) & (rights > columns.start)
    if without_image is not None:
        usable &= bank.images[mine] != without_image
    if images is not None:
        usable &= np.isin(bank.images[mine], images)
    return np.flatnonzero(usable) + mine.start


def exact(bank: Bank, query: Segment, numbers: np.ndarray) -> list[Match]:
    """All of these that overlap the query, best first; equal ones by number."""
    matches = [Match(n, intersection_over_union(query, bank.segment(n))) for n in numbers.tolist()]
    return sorted((m for m in matches if m.iou > 0), key=lambda m: (-m.iou, m.number))
