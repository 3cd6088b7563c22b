"""Trees: broadleaved crowns of lit balls of foliage, conifers in tiers, and woods of many."""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.canvas import FLAT, Canvas
from spade_tf.data.scenes.noise import ValueNoise
from spade_tf.data.scenes.shading import Light

LEAVES, NEEDLES, TRUNK = 0, 1, 2  # Canvas.part of a tree


@dataclass(frozen=True)
class Tree:
    """A tree that stands at (x, y), `height` high. `tint` 0..1 picks its colour.

    `balls` [n, 3]: the crown of a broadleaved tree (x, y above the ground, radius in tree heights);
    empty for a conifer.
    """

    x: float
    y: float
    height: float
    distance: float
    tint: float
    balls: np.ndarray
    foliage: ValueNoise

    def paint(self, canvas: Canvas, light: Light) -> None:
        """Adds the tree and its shadow on the ground."""
        half = self.height * (0.48 if len(self.balls) else 0.26)
        window = canvas.window(self.y - 1.06 * self.height, self.y, self.x - half, self.x + half)
        if window is None:
            return
        cast_shadow(canvas, light, self.x, self.y, 0.34 * self.height)
        up = ((self.y - canvas.y[window[0], None]) / self.height).astype(np.float32)
        across = ((canvas.x[None, window[1]] - self.x) / self.height).astype(np.float32)
        noise = self.foliage.at(9 * up + self.x * 37, 9 * across + self.y * 53)
        trunk = (np.abs(across) < 0.030 - 0.012 * up) & (up >= 0) & (up < 0.55)
        if len(self.balls):
            mask, lit = self._crown(up, across, noise, light)
            part = LEAVES
        else:
            mask, lit = self._tiers(up, across, noise, light)
            part = NEEDLES
        common = dict(
            label=labels.TREE,
            instance=canvas.next_instance(),
            distance=self.distance,
            base=self.y,
            tint=self.tint,
        )
        bark = light.lambert(across / 0.03, 0.3, 0.6)
        canvas.paint(window, trunk, light=bark, part=TRUNK, **common)
        canvas.paint(window, mask, light=lit, part=part, **common)

    def _crown(
        self, up: np.ndarray, across: np.ndarray, noise: np.ndarray, light: Light
    ) -> tuple[np.ndarray, np.ndarray]:
        """Balls of foliage with ragged edges, each lit on its sunny side."""
        front = np.full(noise.shape, -1, np.float32)
        lit = np.zeros(noise.shape, np.float32)
        ragged = np.float32(1.1) * (noise - np.float32(0.5))
        for ball_x, ball_y, radius in self.balls.astype(np.float32):
            x, y = (across - ball_x) / radius, (up - ball_y) / radius
            squared = x * x + y * y
            inside = 1 - squared + ragged
            nearer = (inside > 0) & (inside * radius > front)
            front = np.where(nearer, inside * radius, front)
            z = np.sqrt(np.maximum(1 - squared, np.float32(0.05)))
            lit = np.where(nearer, x * light.x + y * light.y + z * light.z * 0.6, lit)
        # Deeper in the crown, and low in it, it is darker.
        lit = np.maximum(lit + 1.3 * (noise - 0.5), 0) * np.clip(0.35 + up, 0, 1.1)
        return front > 0, lit

    def _tiers(
        self, up: np.ndarray, across: np.ndarray, noise: np.ndarray, light: Light
    ) -> tuple[np.ndarray, np.ndarray]:
        """Drooping branches in tiers, each shaded from the one above."""
        tiers = up * (9 + 3 * self.tint) + 2.2 * np.abs(across) / (1.05 - np.minimum(up, 1))
        step = tiers - np.floor(tiers)
        width = 0.24 * np.maximum(1 - up, 0) * (1.12 - 0.42 * step) + 0.06 * (noise - 0.5)
        mask = (np.abs(across) < width) & (up > 0.07) & (up < 1)
        side = across / np.maximum(width, np.float32(0.01))
        lit = light.lambert(side, 0.5, 0.45) * (1.15 - 0.85 * step) + 0.7 * (noise - 0.5)
        return mask, np.maximum(lit, 0)


def draw_balls(rng: np.random.Generator, slender: bool) -> np.ndarray:
    """The crown of a broadleaved tree: one big ball, smaller ones around and in front of it."""
    count = 8
    angle = 2 * np.pi * (np.arange(count) + 0.7 * rng.random(count)) / count
    reach = 0.13 + 0.14 * rng.random(count)
    width, height = (0.55, 1.45) if slender else (1.15, 0.85)
    x = width * reach * np.cos(angle)
    y = 0.62 + height * reach * np.sin(angle)
    radius = (0.13 if slender else 0.15) + 0.06 * rng.random(count)
    middle = [[0.0, 0.60, 0.16 if slender else 0.24]]
    return np.concatenate([middle, np.stack([x, y, radius], axis=1)])


def cast_shadow(canvas: Canvas, light: Light, x: float, y: float, radius: float) -> None:
    """Darkens flat ground at the foot of something, stretched away from the light."""
    shift = -light.x / max(light.y, 0.3) * radius * 0.6
    wide, deep = radius * (0.8 + 0.5 * abs(light.x) / max(light.y, 0.3)), 0.22 * radius
    x += shift
    window = canvas.window(y - deep, y + deep, x - wide, x + wide)
    if window is None:
        return
    across = (canvas.x[None, window[1]] - x) / wide
    along = (canvas.y[window[0], None] - y) / deep
    shade = 0.7 * np.maximum(1 - across**2 - along**2, 0)
    flat = canvas.base[window] == FLAT
    canvas.light[window] *= np.where(flat, 1 - shade, 1).astype(np.float32)


@dataclass(frozen=True)
class Wood:
    """Many trees seen from afar, each with its own instance id, back to front.

    `crowns` [n, 4]: x, y of the foot, height, tint.
    """

    crowns: np.ndarray
    conifers: bool
    distance: float
    foliage: ValueNoise

    @property
    def y(self) -> float:
        """Where the nearest of the trees stands."""
        return float(self.crowns[:, 1].max())

    def paint(self, canvas: Canvas, light: Light) -> None:
        """Adds the trees: spires or domes with rough edges."""
        scale = 2.2 / self.crowns[:, 2].mean()
        noise = self.foliage.grid(scale * canvas.y, scale * canvas.x) - np.float32(0.5)
        part = NEEDLES if self.conifers else LEAVES
        for x, y, height, tint in self.crowns:
            half = height * (0.24 if self.conifers else 0.46)
            window = canvas.window(y - 1.15 * height, y, x - 1.3 * half, x + 1.3 * half)
            if window is None:
                continue
            up = (y - canvas.y[window[0], None]) / height
            across = (canvas.x[None, window[1]] - x) / half
            rough = noise[window]
            if self.conifers:
                inside = 1 - up - np.abs(across)
            else:
                inside = 1 - across**2 - (1.7 * up - 0.7) ** 2
            lit = light.lambert(across, 1.6 * up - 0.3, 0.6) * (0.5 + 0.5 * up) + 1.1 * rough
            canvas.paint(
                window,
                (inside + 0.7 * rough > 0) & (up > 0),
                label=labels.TREE,
                instance=canvas.next_instance(),
                distance=self.distance,
                base=y,
                light=np.maximum(lit, 0),
                tint=tint,
                part=part,
            )
