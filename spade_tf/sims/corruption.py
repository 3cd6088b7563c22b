"""Training canvases: a photograph's own segments, made as imperfect as retrieved ones are.

At synthesis the segments come from other photographs: their shapes do not fit, their colours do not
match and their layout is not the one asked for. So in training a photograph's own segments are cut
by the outlines of other images' segments, some take over their colours, the border bands lose
pixels, and the layout is forgotten at its edges (SIMS, section 5).
"""

import numpy as np
from scipy import ndimage

from spade_tf.sims import sizes
from spade_tf.sims.bank import Bank
from spade_tf.sims.canvas import EMPTY, REMOVED_SHARE, Canvas, Piece, border_band, paste
from spade_tf.sims.color_transfer import transfer_colors
from spade_tf.sims.ordering import back_to_front
from spade_tf.sims.retrieval import retrieve
from spade_tf.sims.segments import Segment, find_segments

OTHER_IMAGES = 100
"""Random images among which the best outline is sought."""

RECOLORED_SHARE = 0.2
"""Share of the segments that take over the other's colours."""

SHORTLIST = 16
"""Outlines compared exactly; one is wanted, and of fewer images, so fewer than in synthesis."""

DEGREES, SHIFT = 2.5, 0.01
"""Largest turn of the layout, in degrees, and shift, as a share of its height, either way."""

WHITE = 255


def corrupted_canvas(
    label_map: np.ndarray, image: np.ndarray, bank: Bank, own_image: int, unknown: int, seed: list
) -> Canvas:
    """The canvas of a training photograph; the same for the same seed.

    Args:
      label_map: [height, width] integers.
      image: its photograph, uint8 [height, width, 3].
      bank: of the training set.
      own_image: number of this photograph in the bank, which is not searched.
      unknown: the label for "none of them".
      seed: of all that is random, integers of 0 or more.
    """
    random = np.random.default_rng(seed)
    height, width = label_map.shape
    others = np.setdiff1d(np.arange(len(bank.image_names)), [own_image])
    others = random.permutation(others)[:OTHER_IMAGES]
    queries = find_segments(label_map, bank.nothing, bank.thin, sizes.min_query_area(height, width))
    order = back_to_front(
        bank.label_pixels, [query.label for query in queries], [query.area for query in queries]
    )
    pieces = [corrupted_piece(queries[i], image, bank, others, random) for i in order]
    pixels, owner = paste([piece for piece in pieces if piece], height, width)
    kernel = np.full(owner.shape, sizes.kernel_size(sizes.TRAINING_BORDER, height))
    removed = border_band(owner, kernel) & (random.random(owner.shape) < REMOVED_SHARE)
    pixels[removed & (owner != EMPTY)] = WHITE
    valid = (owner != EMPTY) & ~removed
    return Canvas(pixels, valid, jittered(label_map, unknown, random))


def corrupted_piece(
    query: Segment, image: np.ndarray, bank: Bank, others: np.ndarray, random: np.random.Generator
) -> Piece | None:
    """A segment of the photograph, cut by the best outline of other images; None if there is none.

    Draws the same count of random numbers whatever it finds.
    """
    recolored = random.random() < RECOLORED_SHARE
    found = retrieve(bank, query, kept=1, shortlist=SHORTLIST, images=others)
    if not found:
        return None
    match = bank.segment(found[0].number)
    height, width = image.shape[:2]
    mask = query.mask & match.on(height, width)[query.box]
    pixels = image[query.box].copy()
    if recolored and mask.any() and match.mask.any():
        theirs = bank.pixels(found[0].number)[match.mask]
        pixels[mask] = transfer_colors(pixels[mask], theirs)
    return Piece(query.label, query.top, query.left, mask, pixels)


def jittered(label_map: np.ndarray, unknown: int, random: np.random.Generator) -> np.ndarray:
    """The layout, `unknown` where a slightly turned and moved copy of it has another label."""
    angle = np.deg2rad(random.uniform(-DEGREES, DEGREES))
    shift = random.uniform(-SHIFT, SHIFT, 2) * label_map.shape[0]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = (np.array(label_map.shape) - 1) / 2
    moved = ndimage.affine_transform(
        label_map, turn, offset=middle - turn @ middle + shift, order=0, mode="nearest"
    )
    return np.where(moved == label_map, label_map, unknown).astype(np.int32)
