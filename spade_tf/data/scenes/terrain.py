"""What stands at the horizon: ridges, hills and headlands with fractal outlines and lit slopes."""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.canvas import Canvas
from spade_tf.data.scenes.noise import Outline, ValueNoise
from spade_tf.data.scenes.shading import Light


@dataclass(frozen=True)
class Mountain:
    """A ridge; `foot` (y) and `height` in picture heights.

    Snow lies above `snow_line`, a share of the height (1: none).
    """

    foot: float
    height: float
    distance: float
    snow_line: float
    outline: Outline
    faces: ValueNoise

    def elevation(self, x: np.ndarray) -> np.ndarray:
        """Height of the crest above the foot at x, in 0..1 of `height`."""
        return np.clip(0.42 + 0.62 * self.outline(x), 0.06, 1)

    def paint(self, canvas: Canvas, light: Light) -> None:
        """Adds the ridge; snow gets its own label and instance."""
        top = self.foot - self.height * self.elevation(canvas.x)
        window = canvas.window(float(top.min()), self.foot, 0, canvas.x[-1])
        if window is None:
            return
        y, x = canvas.y[window[0], None], canvas.x[None, :]
        below = y - top  # how far below the crest
        mask = (below >= 0) & (y < self.foot)
        flank = (self.elevation(x + 0.03) - self.elevation(x - 0.03)) / 0.06 * self.height
        # Spurs and gullies spread to both sides as they descend from a peak.
        spread = x + 0.55 * np.tanh(2.5 * flank) * below
        faces = self.faces.at(7.5 * below + 3 * x, 5.5 * spread)
        fade = np.exp(-below / (0.6 * self.height))
        field = (faces * 0.11).astype(np.float32)
        slope_x = _slope(field, canvas.height, 1)
        slope_y = _slope(field, canvas.height, 0)
        lit = light.lambert(-(slope_x + 0.9 * flank * fade), 0.35 + 0.5 * slope_y, 0.6)
        height_above = (self.foot - y) / self.height
        snow = height_above + 0.30 * (faces - 0.5) + 0.08 * (lit - 0.5) > self.snow_line
        common = dict(distance=self.distance, base=self.foot, light=lit, tint=faces, part=0)
        stone = canvas.next_instance()
        canvas.paint(window, mask, label=labels.MOUNTAIN, instance=stone, **common)
        if self.snow_line < 1:
            cap = canvas.next_instance()
            canvas.paint(window, mask & snow, label=labels.SNOW, instance=cap, **common)


def _slope(field: np.ndarray, height: int, axis: int) -> np.ndarray:
    """Central differences of a field [rows, columns] per picture height."""
    if field.shape[axis] < 2:
        return np.zeros_like(field)
    return np.gradient(field, axis=axis) * np.float32(height)


@dataclass(frozen=True)
class Hill:
    """A rounded range between the mountains and the plain; snow-covered in a white winter."""

    foot: float
    height: float
    distance: float
    white: bool
    outline: Outline
    slopes: ValueNoise

    def paint(self, canvas: Canvas, light: Light) -> None:
        """Adds the range of hills."""
        crest = self.height * np.clip(0.55 + 0.5 * self.outline(canvas.x), 0, 1)
        window = canvas.window(self.foot - float(crest.max()), self.foot, 0, canvas.x[-1])
        if window is None:
            return
        y = canvas.y[window[0], None]
        below = y - (self.foot - crest)
        mask = (below >= 0) & (y < self.foot)
        folds = self.slopes.at(7 * below + 2 * canvas.x, 3.2 * canvas.x + 3 * below)
        flank = np.gradient(crest) * canvas.height
        lit = light.lambert(
            -(0.9 * flank + 0.10 * _slope(folds, canvas.height, 1)),
            0.75 + 0.10 * _slope(folds, canvas.height, 0),
            0.55,
        )
        canvas.paint(
            window,
            mask,
            label=labels.SNOW if self.white else labels.HILL,
            instance=canvas.next_instance(),
            distance=self.distance,
            base=self.foot,
            light=lit,
            tint=folds,
            part=1,
        )


@dataclass(frozen=True)
class Cliff:
    """A rocky headland that falls from one `side` of the picture (-1 left, +1 right).

    It stands at the row `y`; the other sizes are in picture heights.
    """

    y: float
    height: float
    width: float
    side: float
    distance: float
    outline: Outline
    cracks: ValueNoise

    def paint(self, canvas: Canvas, light: Light) -> None:
        """Adds the headland: steps in its outline, ledges and cracks in its face."""
        edge = canvas.x if self.side < 0 else canvas.width / canvas.height - canvas.x
        inland = np.clip(1.5 * (1 - edge / self.width) + 0.35 * self.outline(canvas.x), 0, 1)
        steps = 0.5 * inland + 0.5 * np.round(3 * inland) / 3
        crest = self.height * steps * (0.85 + 0.2 * self.outline(3 * canvas.x))
        foot = self.y + 0.015 * self.outline(canvas.x + 0.5)
        window = canvas.window(float((foot - crest).min()), float(foot.max()), 0, canvas.x[-1])
        if window is None:
            return
        y = canvas.y[window[0], None]
        mask = (y >= foot - crest) & (y < foot) & (crest > 0.02)
        cracks = self.cracks.at(5 * y + canvas.x, 16 * canvas.x + 2 * y)
        lit = light.lambert(
            -0.07 * _slope(cracks, canvas.height, 1) + 0.35 * -self.side,
            0.35 + 0.05 * _slope(cracks, canvas.height, 0),
            0.7,
        )
        canvas.paint(
            window,
            mask,
            label=labels.ROCK,
            instance=canvas.next_instance(),
            distance=self.distance,
            base=self.y,
            light=lit,
            tint=cracks,
            part=0,
        )
