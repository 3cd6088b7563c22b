"""The buffers that a scene's parts are painted into, back to front, before they get colours."""

import numpy as np

from spade_tf.data.scenes import labels

FLAT = -1.0  # in Canvas.base: the pixel lies on the ground, nothing stands there


class Canvas:
    """Geometry of a picture, one value per pixel, all [height, width].

    Coordinates are relative to the picture's height: y in 0..1 downwards, x in 0..width / height.
    `label`, `instance`: the maps. `distance`: 0 at the viewer, 1 at the far end. `base`: the y at
    which the pixel's object stands (the mirror line of its reflection) or FLAT. `light`: direct
    sunlight received, 0..1 or a little more. `tint`: 0..1, tells specimens of a class apart.
    `part`: which part of its object.
    """

    def __init__(self, height: int, width: int):
        self.height, self.width = height, width
        self.y = (np.arange(height) + 0.5) / height
        self.x = (np.arange(width) + 0.5) / height
        shape = (height, width)
        self.label = np.full(shape, labels.SKY, np.uint8)
        self.instance = np.zeros(shape, np.int32)
        self.distance = np.ones(shape, np.float32)
        self.base = np.zeros(shape, np.float32)
        self.light = np.ones(shape, np.float32)
        self.tint = np.zeros(shape, np.float32)
        self.part = np.zeros(shape, np.uint8)
        self._last_instance = 0

    def next_instance(self) -> int:
        """An instance id that is not in use."""
        self._last_instance += 1
        return self._last_instance

    def window(
        self, top: float, bottom: float, left: float, right: float
    ) -> tuple[slice, slice] | None:
        """Rows and columns that a relative rectangle covers, or None where it lies outside."""
        rows = self._span(top, bottom, self.height)
        columns = self._span(left, right, self.width)
        if rows is None or columns is None:
            return None
        return rows, columns

    def _span(self, low: float, high: float, size: int) -> slice | None:
        start = max(int(np.floor(low * self.height)), 0)
        stop = min(int(np.ceil(high * self.height)) + 1, size)
        return slice(start, stop) if start < stop else None

    def paint(self, window: tuple[slice, slice], mask: np.ndarray, **values) -> None:
        """Writes numbers, or arrays of the window's shape, to the named buffers under the mask."""
        for name, value in values.items():
            np.copyto(getattr(self, name)[window], value, where=mask, casting="unsafe")

    @property
    def everything(self) -> tuple[slice, slice]:
        """The window that covers the whole picture."""
        return slice(0, self.height), slice(0, self.width)
