"""Segments: the connected components of each label of a label map."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)


@dataclasses.dataclass(frozen=True, eq=False)
class Segment:
    """A component of one label, inside its bounding box.

    Attributes:
      label: its label.
      top, left: the box's corner in the picture, in pixels.
      mask: its pixels, bool [rows, columns].
      outline: its pixels and those of the thin objects that stand before it, bool [rows, columns].
    """

    label: int
    top: int
    left: int
    mask: np.ndarray
    outline: np.ndarray

    @property
    def area(self) -> int:
        """Pixels of the outline."""
        return int(np.count_nonzero(self.outline))

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the picture."""
        rows, columns = self.outline.shape
        return slice(self.top, self.top + rows), slice(self.left, self.left + columns)

    def on(self, height: int, width: int) -> np.ndarray:
        """The outline on the whole picture, bool [height, width]."""
        whole = np.zeros((height, width), bool)
        whole[self.box] = self.outline
        return whole


def find_segments(
    label_map: np.ndarray, nothing: int | None = None, thin: Sequence[int] = (), min_area: int = 1
) -> list[Segment]:
    """The segments of a label map, by label, then by their first pixel.

    A pole before a house would cut it in two. So for every label that is not thin, the thin ones
    are first counted as part of it; a component of which they are half or more is dropped.

    Args:
      label_map: [height, width] integers.
      nothing: the label that is no thing, such as don't-care; it has no segments.
      thin: labels to merge into what they touch.
      min_area: pixels that an outline must have.
    """
    is_thin = np.isin(label_map, thin)
    segments = []
    for label in np.unique(label_map).tolist():
        if label == nothing:
            continue
        mine = label_map == label
        merged = mine if label in thin else mine | is_thin
        components, _ = ndimage.label(merged, EIGHT_NEIGHBOURS)
        for number, box in enumerate(ndimage.find_objects(components), start=1):
            outline = components[box] == number
            mask = outline & mine[box]
            area = np.count_nonzero(outline)
            if area >= min_area and 2 * np.count_nonzero(mask) > area:
                segments.append(Segment(label, box[0].start, box[1].start, mask, outline))
    return segments


def intersection_over_union(a: Segment, b: Segment) -> float:
    """Pixels that two outlines share, in the same place, over those that either has; 0..1."""
    top, left = max(a.top, b.top), max(a.left, b.left)
    bottom = min(a.top + a.outline.shape[0], b.top + b.outline.shape[0])
    right = min(a.left + a.outline.shape[1], b.left + b.outline.shape[1])
    if bottom <= top or right <= left:
        return 0.0
    shared = np.count_nonzero(
        a.outline[top - a.top : bottom - a.top, left - a.left : right - a.left]
        & b.outline[top - b.top : bottom - b.top, left - b.left : right - b.left]
    )
    return float(shared / (a.area + b.area - shared))
