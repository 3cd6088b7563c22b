"""Clouds: heaps of soft balls on a flat base, ragged by noise."""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.canvas import Canvas
from spade_tf.data.scenes.noise import ValueNoise
from spade_tf.data.scenes.shading import Light


@dataclass(frozen=True)
class Cloud:
    """A cloud whose underside lies at `base`, `width` wide and `height` high.

    `balls` [n, 3]: x in -1..1 of the half width, y in 0..1 of the height, radius in heights.
    """

    x: float
    base: float
    width: float
    height: float
    balls: np.ndarray
    billows: ValueNoise

    def paint(self, canvas: Canvas, light: Light, horizon: float) -> None:
        """Adds the cloud: `light` bright on the sunny tops, `part` 0, `tint` how dense it is."""
        half = self.width / 2
        window = canvas.window(
            self.base - 1.7 * self.height, self.base + 0.25 * self.height,
            self.x - 1.35 * half, self.x + 1.35 * half,
        )  # fmt: skip
        if window is None:
            return
        up = ((self.base - canvas.y[window[0], None]) / self.height).astype(np.float32)
        across = ((canvas.x[None, window[1]] - self.x) / half).astype(np.float32)
        stretch = np.float32(half / self.height)
        noise = self.billows.at(2.2 * up + self.x * 31, 2.2 * across * stretch + self.x * 17)
        density = np.zeros(noise.shape, np.float32)
        for ball_x, ball_y, radius in self.balls.astype(np.float32):
            squared = ((across - ball_x) * stretch) ** 2 + (up - ball_y) ** 2
            density += np.maximum(1 - squared / (radius * radius), 0) ** 2
        density += np.float32(0.9) * (noise - np.float32(0.5)) * np.minimum(3 * density, 1)
        # A flat underside: density falls off quickly below the base.
        density -= np.maximum(-up * 4 + 0.25, 0)
        mask = density > 0.22
        bulge = np.minimum(density, 1.4) + np.float32(0.25) * noise
        rows, columns = np.gradient(bulge) if min(bulge.shape) > 1 else (bulge * 0, bulge * 0)
        scale = canvas.height * self.height
        lit = light.lambert(-0.24 * columns * scale, 0.24 * rows * scale + 0.35, 0.9)
        lit = (0.45 + 0.55 * lit) * np.clip(0.40 + 1.3 * up + 0.6 * (noise - 0.5), 0.2, 1)
        behind = canvas.label[window] == labels.CLOUD
        canvas.paint(
            window,
            mask,
            label=labels.CLOUD,
            instance=canvas.next_instance(),
            base=horizon,
            light=lit,
            tint=np.where(behind, 1, np.clip((density - 0.22) * 2.2, 0, 1)),
        )


def draw_cloud(
    rng: np.random.Generator, x: float, base: float, width: float, flat: bool, billows: ValueNoise
) -> Cloud:
    """A random cloud; `flat` ones are long and thin."""
    height = width * (0.10 + 0.05 * rng.random() if flat else 0.26 + 0.14 * rng.random())
    count = 9
    across = np.linspace(-0.85, 0.85, count) + 0.12 * (rng.random(count) - 0.5)
    dome = np.sqrt(1 - across**2)
    up = 0.15 + 0.55 * dome * rng.random(count)
    radius = (0.42 + 0.50 * dome) * (0.7 + 0.6 * rng.random(count))
    return Cloud(x, base, width, height, np.stack([across, up, radius], axis=1), billows)
