"""Boulders: convex stones cut by random planes, each facet lit by its own normal."""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.canvas import Canvas
from spade_tf.data.scenes.noise import ValueNoise
from spade_tf.data.scenes.shading import Light
from spade_tf.data.scenes.trees import cast_shadow


@dataclass(frozen=True)
class Boulder:
    """A stone that lies at (x, y), about `size` wide. `facets` [n, 3]: unit normals (x, y, z)."""

    x: float
    y: float
    size: float
    distance: float
    facets: np.ndarray
    grain: ValueNoise

    def paint(self, canvas: Canvas, light: Light) -> None:
        """Adds the stone: the front surface of the intersection of half spaces."""
        half = 0.6 * self.size
        window = canvas.window(self.y - self.size, self.y, self.x - half, self.x + half)
        if window is None:
            return
        cast_shadow(canvas, light, self.x, self.y, 0.75 * self.size)
        up = ((self.y - canvas.y[window[0], None]) / half).astype(np.float32) - 0.3
        across = ((canvas.x[None, window[1]] - self.x) / half).astype(np.float32)
        noise = self.grain.at(3 * up + self.x * 19, 3 * across + self.y * 23)
        front = np.full(noise.shape, np.inf, np.float32)
        lit = np.zeros(noise.shape, np.float32)
        for x, y, z in self.facets.astype(np.float32):
            # The plane n . p = 0.8 seen along z; the solid's surface is the lowest of them.
            surface = (np.float32(0.8) - across * x - up * y) / z
            nearer = surface < front
            front = np.where(nearer, surface, front)
            lit = np.where(nearer, max(x * light.x + y * light.y + z * light.z, 0), lit)
        mask = (front > 0.5 * (noise - 0.5)) & (up > -0.3)
        canvas.paint(
            window,
            mask,
            label=labels.ROCK,
            instance=canvas.next_instance(),
            distance=self.distance,
            base=self.y,
            light=np.maximum(lit + 0.5 * (noise - 0.5), 0),
            tint=noise,
            part=0,
        )


def draw_facets(rng: np.random.Generator) -> np.ndarray:
    """Normals of a boulder's facets: all around, tilted towards the viewer."""
    count = 9
    angle = 2 * np.pi * (np.arange(count) + 0.8 * rng.random(count)) / count
    tilt = np.where(np.arange(count) % 3 == 0, 0.75, 0.30) + 0.15 * rng.random(count)
    flat = np.sqrt(1 - tilt**2)
    return np.stack([flat * np.cos(angle), 1.25 * flat * np.sin(angle), tilt], axis=1)
