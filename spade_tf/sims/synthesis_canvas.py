"""The canvas of a layout: for each of its segments the best one of the bank."""

from collections.abc import Callable

import numpy as np

from spade_tf.sims import sizes
from spade_tf.sims.bank import Bank
from spade_tf.sims.canvas import Canvas, Piece, compose
from spade_tf.sims.ordering import back_to_front
from spade_tf.sims.retrieval import retrieve
from spade_tf.sims.segments import Segment, find_segments

Move = Callable[[Segment, Piece, np.ndarray], Piece]
"""From a query, the piece found for it and the layout, to the piece moved to where it fits best."""


def retrieved_canvas(
    label_map: np.ndarray,
    bank: Bank,
    unknown: int,
    move: Move | None = None,
    without_image: int | None = None,
) -> Canvas:
    """The canvas of a layout, from segments of the bank; the same for the same layout and bank.

    Args:
      label_map: [height, width] integers.
      bank: of the training set.
      unknown: the label for "none of them".
      move: what a spatial transformer does with each piece; None leaves them in place.
      without_image: number of an image in the bank that is not searched.
    """
    height, width = label_map.shape
    queries = find_segments(label_map, bank.nothing, bank.thin, sizes.min_query_area(height, width))
    pieces, areas = [], []
    for query in queries:
        found = retrieve(bank, query, kept=1, without_image=without_image)
        if not found:
            continue
        match = bank.segment(found[0].number)
        pixels = bank.pixels(found[0].number)
        piece = Piece(match.label, match.top, match.left, match.mask, pixels)
        pieces.append(move(query, piece, label_map) if move else piece)
        areas.append(query.area)
    order = back_to_front(bank.label_pixels, [piece.label for piece in pieces], areas)
    shares = sizes.border_shares(bank.label_names)
    random = np.random.default_rng(0)
    return compose([pieces[i] for i in order], label_map, unknown, bank.thin, shares, random)
