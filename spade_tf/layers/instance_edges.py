"""Borders between instances, the extra channel of a layout."""

from typing import Any

from keras import ops


def instance_edges(instance_map: Any) -> Any:
    """Marks the pixels on both sides of every border between instances.

    A pixel is 1 where its id differs from its left, right, upper or lower neighbour, else 0.
    Pixels outside the image count as equal.

    Args:
        instance_map: instance ids, [batch, height, width], integers.

    Returns:
        [batch, height, width, 1] float32, 0 or 1.
    """
    across = ops.not_equal(instance_map[:, :, 1:], instance_map[:, :, :-1])
    down = ops.not_equal(instance_map[:, 1:, :], instance_map[:, :-1, :])
    sides = [
        ops.pad(across, [[0, 0], [0, 0], [1, 0]]),
        ops.pad(across, [[0, 0], [0, 0], [0, 1]]),
        ops.pad(down, [[0, 0], [1, 0], [0, 0]]),
        ops.pad(down, [[0, 0], [0, 1], [0, 0]]),
    ]
    edges = sides[0]
    for side in sides[1:]:
        edges = ops.logical_or(edges, side)
    return ops.expand_dims(ops.cast(edges, "float32"), -1)
