"""The ground plane in perspective: which points are meadow, water, beach, road or flowers.

Points are (x, t): x in picture heights from the left edge, t the depth below the horizon, 0 at the
horizon and 1 at the picture's lower edge.
"""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.noise import Outline, ValueNoise


@dataclass(frozen=True)
class Sea:
    """Everything beyond a slanting shore is water. `beach` is the width of the sand, in t."""

    level: float
    slope: float
    middle: float
    beach: float
    wobble: Outline

    def field(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Positive in water, about -beach at the far edge of the sand."""
        shore = self.level + self.slope * (x - self.middle) + 0.05 * self.wobble(x)
        return np.maximum(shore, 0.04) - t


@dataclass(frozen=True)
class Lake:
    """An oval with a wavering shore, centred at (x, t)."""

    x: float
    t: float
    radius_x: float
    radius_t: float
    beach: float
    wobble: Outline

    def field(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Positive in water, about -beach at the far edge of the sand."""
        across, along = (x - self.x) / self.radius_x, (t - self.t) / self.radius_t
        radius = np.sqrt(across * across + along * along)
        return self.radius_t * (1 - radius + 0.12 * (self.wobble(across) + self.wobble(along + 9)))


@dataclass(frozen=True)
class Track:
    """A band that winds from the horizon to the viewer: a river with its banks, or a road."""

    far_x: float
    near_x: float
    sway: float
    phase: float
    half_width: float
    beach: float = 0.0

    def centre(self, t: np.ndarray) -> np.ndarray:
        """x of the middle at depth t; bends look closer together in the distance."""
        bend = np.sin(self.phase + 2.6 * np.log(np.maximum(t, 0) + 0.12))
        return self.far_x + (self.near_x - self.far_x) * t + self.sway * bend * (t + 0.15)

    def field(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Positive on the track; zero at its edge, 1 in its middle relative to its half width."""
        return 1 - np.abs(x - self.centre(t)) / (self.half_width * (t + 0.04))


@dataclass(frozen=True)
class Ground:
    """Everything that lies flat, below the horizon (a y)."""

    horizon: float
    cover: int
    water: Sea | Lake | Track | None
    road: Track | None
    flowers: float  # share of the meadow, 0 for none
    patches: ValueNoise

    def depth(self, y: np.ndarray) -> np.ndarray:
        """Picture row to t; negative above the horizon."""
        return (y - self.horizon) / (1 - self.horizon)

    def labels_at(self, x: np.ndarray, t: np.ndarray, flowers: bool = True) -> np.ndarray:
        """The ground's label at points of one broadcast shape, all with t >= 0.

        Without `flowers` (much faster) flower beds count as the meadow that they grow in.
        """
        label = np.full(np.broadcast_shapes(np.shape(x), np.shape(t)), self.cover, np.uint8)
        if flowers and self.flowers:
            spread = self.patches.at(5 * np.log(t + 0.08), 1.1 * (x - 0.5) / (t + 0.2))
            label[(spread > 0.66 - 0.36 * self.flowers) & (t > 0.06)] = labels.FLOWERS
        water, beach = -np.inf, 0.0
        if self.water:
            water, beach = self.water.field(x, t), self.water.beach
        label[water > -beach] = labels.SAND
        if self.road:
            label[self.road.field(x, t) > 0] = labels.ROAD
        label[water > 0] = labels.WATER
        return label
