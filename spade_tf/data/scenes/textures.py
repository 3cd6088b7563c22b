"""Noise patterns that the materials share, made for a whole picture when first asked for."""

from functools import cached_property

import numpy as np

from spade_tf.data.scenes.canvas import Canvas
from spade_tf.data.scenes.composition import Composition
from spade_tf.data.scenes.noise import ValueNoise


class Textures:
    """Patterns [height, width] in 0..1. Ground patterns shrink towards the horizon."""

    def __init__(self, canvas: Canvas, scene: Composition):
        self._canvas, self._scene = canvas, scene
        rng = np.random.Generator(np.random.PCG64(scene.texture_seed))
        self._smooth = ValueNoise(rng, octaves=3)
        self._second = ValueNoise(rng, octaves=2)
        self._single = ValueNoise(rng)
        self._depth = np.maximum(scene.ground.depth(canvas.y), 0).astype(np.float32)
        self._rows = np.log(self._depth + np.float32(0.07))

    @cached_property
    def grain(self) -> np.ndarray:
        """Almost white noise."""
        return self._single.grid(150 * self._canvas.y, 150 * self._canvas.x)

    @cached_property
    def mottle(self) -> np.ndarray:
        """Soft large blotches."""
        return self._smooth.grid(6 * self._canvas.y + 5, 6 * self._canvas.x)

    @cached_property
    def fine(self) -> np.ndarray:
        """Blotches a few hundredths of the picture in size."""
        return self._second.grid(45 * self._canvas.y, 45 * self._canvas.x)

    @cached_property
    def clumps(self) -> np.ndarray:
        """Foliage: blotches of several sizes."""
        return self._smooth.grid(26 * self._canvas.y, 22 * self._canvas.x)

    @cached_property
    def relief(self) -> np.ndarray:
        """The clumps as bumps in the scene's light."""
        return self._scene.light.relief(self.clumps, 0.055)

    @cached_property
    def strata(self) -> np.ndarray:
        """Thin, slightly tilted layers of stone."""
        return self._second.grid(48 * self._canvas.y, 7 * self._canvas.x + 9)

    @cached_property
    def ground(self) -> np.ndarray:
        """Blotches that lie flat on the plain."""
        x = (self._canvas.x[None, :] - 0.5) / (self._depth[:, None] + 0.25)
        return self._second.at(9 * self._rows[:, None] + 0 * x, 3.2 * x)

    @cached_property
    def blades(self) -> np.ndarray:
        """Upright blades of grass, longer towards the viewer."""
        return self._second.grid(17 * self._rows, 84 * self._canvas.x + 3)

    @cached_property
    def blooms(self) -> np.ndarray:
        """Dots, bigger towards the viewer."""
        far = self._single.grid(34 * self._rows, 78 * self._canvas.x)
        near = self._single.grid(22 * self._rows + 7, 42 * self._canvas.x + 11)
        weight = np.clip(2 * self._depth - 0.4, 0, 1)[:, None]
        return far + (near - far) * weight

    @cached_property
    def drifts(self) -> np.ndarray:
        """Wind-blown snow: long soft waves in the scene's light."""
        waves = self._smooth.grid(4 * self._rows, 2.2 * self._canvas.x)
        return self._scene.light.relief(waves, 0.12)

    @cached_property
    def sand_ripples(self) -> np.ndarray:
        """Waves of sand across the line of sight."""
        warp = self._smooth.grid(3 * self._rows, 3 * self._canvas.x)
        phase = 13 * self._rows[:, None] + 6 * warp
        wave = 0.5 + 0.5 * np.sin(np.float32(2 * np.pi) * phase)
        return 0.5 + (wave - 0.5) * np.clip(2.2 * self.mottle - 0.6, 0, 1)

    @cached_property
    def waves(self) -> np.ndarray:
        """Ripples of water: flat dashes, finer in the distance."""
        long = self._single.grid(26 * self._rows, 9 * self._canvas.x)
        short = self._single.grid(40 * self._rows + 3, 24 * self._canvas.x)
        return 0.55 * long + 0.45 * short

    @cached_property
    def road_place(self) -> np.ndarray:
        """1 in the middle of the road, 0 at its edges."""
        road = self._scene.ground.road
        assert road is not None
        return road.field(self._canvas.x[None, :], self._depth[:, None]).astype(np.float32)

    @cached_property
    def road_dash(self) -> np.ndarray:
        """Alternates along the road."""
        phase = 2.0 / (self._depth + np.float32(0.12))
        return np.repeat((phase - np.floor(phase))[:, None], self._canvas.width, axis=1)
