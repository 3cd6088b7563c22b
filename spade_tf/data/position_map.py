"""Class-relative positions, the input of CLADE's intra-class positional encoding (ICPE)."""

import numpy as np
from scipy import ndimage

EIGHT_NEIGHBOURS = np.ones((3, 3), bool)


def position_map(label_map: np.ndarray, dont_care: int | None = None) -> np.ndarray:
    """Where each pixel lies in its object: [height, width, 2] float32 (row, column), -1..1.

    For every 8-connected component of one label: the offset of each pixel to the component's
    centroid, divided by the largest such offset (plus 1e-5), rows and columns each on their own. It
    is computed from the label map that the networks see, after crop and flip: so it is right under
    flips by construction (the official code flips a stored map along the wrong axis).

    Args:
      label_map: [height, width] integers.
      dont_care: a label that is no object; its positions are 0. (The official code leaves out file
        id 0 instead, which is "unknown" in ADE20K but "person" in COCO-Stuff.)
    """
    components = label_components(label_map)
    count = int(components.max()) + 1
    flat = components.ravel()
    sizes = np.bincount(flat, minlength=count)
    boxes = ndimage.find_objects(components + 1)
    positions = np.empty((*label_map.shape, 2), np.float32)
    grid = np.indices(label_map.shape, np.float32)
    for axis in range(2):
        centroids = np.bincount(flat, grid[axis].ravel(), count) / np.maximum(sizes, 1)
        first = np.array([box[axis].start for box in boxes])
        last = np.array([box[axis].stop - 1 for box in boxes])
        largest = np.maximum(last - centroids, centroids - first)
        offsets = grid[axis] - centroids.astype(np.float32)[components]
        positions[..., axis] = offsets / (largest + 1e-5).astype(np.float32)[components]
    if dont_care is not None:
        positions[label_map == dont_care] = 0
    return positions


def label_components(label_map: np.ndarray) -> np.ndarray:
    """Numbers of the 8-connected components of equal labels, [height, width] int32 from 0."""
    components = np.empty(label_map.shape, np.int32)
    count = 0
    for label, box in enumerate(ndimage.find_objects(label_map.astype(np.int32) + 1)):
        if box is not None:
            mine = label_map[box] == label
            numbered, found = ndimage.label(mine, EIGHT_NEIGHBOURS)
            components[box][mine] = numbered[mine] + (count - 1)
            count += found
    return components
