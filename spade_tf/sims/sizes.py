"""How large things are, as shares of a picture: SIMS gives them in pixels of 512x256."""

from collections.abc import Sequence

QUERY_SHARE = 1000 / (512 * 256)
"""Share of the picture above which a segment of a layout is looked up (SIMS)."""

BANK_SHARE = QUERY_SHARE / 4
"""Share below which a segment is not kept: with one that is looked up it overlaps 1/4 at most."""

BORDER = 0.035
"""Border band that is removed from pasted segments, as a share of the height (SIMS)."""

BORDERS = {"road": 0.06, "tree": 0.04, "vegetation": 0.04}
"""The same for some labels by name: shadows lie on roads, trees have no clear outline (SIMS)."""

TRAINING_BORDER = 0.05
"""Border band of the training canvases, as a share of the height (SIMS)."""


def min_query_area(height: int, width: int) -> int:
    """Pixels that a segment of a layout must have to be looked up."""
    return max(1, round(QUERY_SHARE * height * width))


def min_bank_area(height: int, width: int) -> int:
    """Pixels that a segment of a photograph must have to be kept."""
    return max(1, round(BANK_SHARE * height * width))


def border_shares(label_names: Sequence[str]) -> list[float]:
    """The border band of each label, as a share of the height."""
    return [BORDERS.get(name.lower(), BORDER) for name in label_names]


def kernel_size(share: float, height: int) -> int:
    """The odd side, in pixels, of the square that is nearest to a share of the height."""
    return 2 * round((share * height - 1) / 2) + 1 if share * height > 1 else 1
