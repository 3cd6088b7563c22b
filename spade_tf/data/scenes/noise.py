"""Fractal value noise: random lattices, smoothly interpolated, summed over octaves.

Lattices are drawn once and know no pixels, so the same noise can be sampled at any resolution.
Only additions, multiplications and look-ups are used: the values agree on every platform.
"""

import numpy as np

_PERIOD = 64  # lattices repeat after this many cells


def _cell(coordinate: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lattice indices left and right of a coordinate, and the smoothstep weight between them."""
    floor = np.floor(coordinate)
    fraction = coordinate - floor
    low = floor.astype(np.int32) & (_PERIOD - 1)
    return low, (low + 1) & (_PERIOD - 1), fraction * fraction * (3 - 2 * fraction)


class Outline:
    """One-dimensional fractal noise in -1..1, for the outlines of terrain.

    Args:
        rng: where the lattices are drawn from.
        cells: lattice cells per unit length of the coarsest octave.
        octaves: number of octaves; each is twice as fine as the one before.
        roughness: amplitude of an octave relative to the one before.
        ridged: fold each octave, so that it has sharp crests and round valleys.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        cells: float,
        octaves: int = 4,
        roughness: float = 0.5,
        ridged: bool = False,
    ):
        self._lattices = rng.random((octaves, _PERIOD)) * 2 - 1
        self._cells, self._roughness, self._ridged = cells, roughness, ridged

    def __call__(self, x: np.ndarray) -> np.ndarray:
        total, amplitude, scale, weight = 0.0, 1.0, self._cells, 0.0
        for lattice in self._lattices:
            low, high, blend = _cell(np.asarray(x, np.float64) * scale)
            value = lattice[low] + (lattice[high] - lattice[low]) * blend
            total = total + amplitude * (1 - 2 * np.abs(value) if self._ridged else value)
            weight += amplitude
            amplitude *= self._roughness
            scale *= 2
        return total / weight


class ValueNoise:
    """Two-dimensional fractal noise in 0..1 with mean 0.5.

    Args:
        rng: where the lattices are drawn from.
        octaves: number of octaves; each is twice as fine as the one before.
        roughness: amplitude of an octave relative to the one before.
        ridged: fold each octave, so that it has sharp crests.
    """

    def __init__(
        self,
        rng: np.random.Generator,
        octaves: int = 1,
        roughness: float = 0.5,
        ridged: bool = False,
    ):
        self._lattices = rng.random((octaves, _PERIOD, _PERIOD), dtype=np.float32)
        self._roughness, self._ridged = roughness, ridged

    def grid(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Samples at all pairs of y [height] and x [width] in coarsest cells: [height, width]."""
        return self._sum(self._grid_octave, y, x)

    def at(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Samples at the points (y, x), arrays of one broadcast shape, in coarsest cells."""
        return self._sum(self._point_octave, y, x)

    def _sum(self, octave, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        y, x = np.asarray(y, np.float32), np.asarray(x, np.float32)
        total, amplitude, weight = None, 1.0, 0.0
        for index, lattice in enumerate(self._lattices):
            scale = np.float32(2**index)
            value = octave(lattice, y * scale, x * scale)
            if self._ridged:
                value = 1 - np.abs(2 * value - 1)
            value = value * np.float32(amplitude)
            total = value if total is None else total + value
            weight += amplitude
            amplitude *= self._roughness
        return total / np.float32(weight)

    @staticmethod
    def _grid_octave(lattice: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        top, bottom, down = _cell(y)
        left, right, across = _cell(x)
        rows = lattice[top] + (lattice[bottom] - lattice[top]) * down[:, None]
        start = rows.take(left, axis=1)
        return start + (rows.take(right, axis=1) - start) * across

    @staticmethod
    def _point_octave(lattice: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        top, bottom, down = _cell(y)
        left, right, across = _cell(x)
        flat = lattice.ravel()
        top, bottom = top * _PERIOD, bottom * _PERIOD
        upper = flat.take(top + left)
        upper = upper + (flat.take(top + right) - upper) * across
        lower = flat.take(bottom + left)
        lower = lower + (flat.take(bottom + right) - lower) * across
        return upper + (lower - upper) * down
