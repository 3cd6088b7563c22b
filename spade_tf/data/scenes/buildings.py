"""Buildings in oblique view: a long face, a gable end, a roof, and a regular grid of windows."""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.canvas import Canvas
from spade_tf.data.scenes.shading import Light
from spade_tf.data.scenes.trees import cast_shadow

WALL, ROOF, WINDOW, DOOR = 0, 1, 2, 3  # Canvas.part of a building


@dataclass(frozen=True)
class Building:
    """A house or tower that stands at (x, y): its lower left corner.

    `width` of the long face, `gable` of the end face, `wall` height of the walls, `roof` height of
    the roof on top, all in picture heights. `flip` puts the gable on the right. `tint` 0..1 picks
    the colours.
    """

    x: float
    y: float
    width: float
    gable: float
    wall: float
    roof: float
    floors: int
    flip: bool
    tint: float
    distance: float

    def paint(self, canvas: Canvas, light: Light) -> None:
        """Adds the building and its shadow."""
        total = self.width + self.gable
        window = canvas.window(
            self.y - self.wall - self.roof, self.y, self.x - 0.01, self.x + total + 0.01
        )
        if window is None:
            return
        cast_shadow(canvas, light, self.x + total / 2, self.y, 0.6 * total)
        up = self.y - canvas.y[window[0], None]
        across = canvas.x[None, window[1]] - self.x
        if self.flip:
            across = total - across
        end, walls, roof = self._faces(up, across)
        turned = -1 if self.flip else 1  # the direction that the long face looks in
        lit = np.where(
            end, light.lambert(-0.9 * turned, 0.0, 0.45), light.lambert(0.4 * turned, 0.0, 0.9)
        )
        lit = np.where(roof, light.lambert(0.3 * turned, 0.75, 0.6), lit)
        # Eaves throw a shadow on the wall below.
        lit = np.where(walls & ~end & (up > 0.90 * self.wall), 0.35 * lit, lit)
        part = np.where(roof, ROOF, WALL)
        part = np.where(walls & self._windows(up, across), WINDOW, part)
        canvas.paint(
            window,
            walls | roof,
            label=labels.BUILDING,
            instance=canvas.next_instance(),
            distance=self.distance,
            base=self.y,
            light=lit,
            tint=self.tint,
            part=part,
        )

    def _faces(
        self, up: np.ndarray, across: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Masks of the gable end, of all walls and of the roof."""
        gable = np.maximum(self.gable, 1e-6)
        peak = self.wall + self.roof * (1 - np.abs(2 * across / gable - 1))
        end = (across >= 0) & (across < self.gable) & (up >= 0) & (up < peak)
        face = (across >= self.gable) & (across < self.gable + self.width) & (up >= 0)
        face = face & (up < self.wall)
        rise = (up - self.wall) / max(self.roof, 1e-6)
        along = across - self.gable + rise * self.gable / 2
        roof = (rise >= 0) & (rise < 1) & (along >= -0.02 * self.width)
        roof = roof & (along < 1.02 * self.width)
        return end & ~roof, (end & ~roof) | face, roof

    def _windows(self, up: np.ndarray, across: np.ndarray) -> np.ndarray:
        """A regular grid of panes, as many rows as floors."""
        storey = self.wall / self.floors
        pitch = storey * 0.9
        columns = np.where(across < self.gable, across, across - self.gable)
        span = np.where(across < self.gable, self.gable, self.width)
        count = np.maximum(np.round(span / pitch), 1)
        u = columns / span * count
        v = up / storey
        u, row = u - np.floor(u), np.floor(v)
        v = v - row
        return (np.abs(u - 0.5) < 0.24) & (np.abs(v - 0.52) < 0.26) & (row < self.floors)
