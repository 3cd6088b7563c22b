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
        self._scales = cells * 2.0 ** np.arange(octaves)
        self._amplitudes = roughness ** np.arange(octaves)
        self._amplitudes /= self._amplitudes.sum()
        self._ridged = ridged

    def __call__(self, x: np.ndarray) -> np.ndarray:
        low, high, blend = _cell(np.asarray(x, np.float64)[..., None] * self._scales)
        octave = np.arange(len(self._scales))
        start = self._lattices[octave, low]
        value = start + (self._lattices[octave, high] - start) * blend
        if self._ridged:
            value = 1 - 2 * np.abs(value)
        return (value * self._amplitudes).sum(axis=-1)


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
        self._scales = np.float32(2) ** np.arange(octaves, dtype=np.float32)
        amplitudes = roughness ** np.arange(octaves)
        self._amplitudes = (amplitudes / amplitudes.sum()).astype(np.float32)
        self._ridged = ridged

    def grid(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Samples at all pairs of y [height] and x [width] in coarsest cells: [height, width]."""
        rows = _cell(np.asarray(y, np.float32) * self._scales[:, None])
        columns = _cell(np.asarray(x, np.float32) * self._scales[:, None])
        octaves = []
        for lattice, top, bottom, down, left, right, across in zip(
            self._lattices, *rows, *columns, strict=True
        ):
            start = lattice[top]
            values = start + (lattice[bottom] - start) * down[:, None]
            start = values.take(left, axis=1)
            octaves.append(start + (values.take(right, axis=1) - start) * across)
        return self._sum(octaves)

    def at(self, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Samples at the points (y, x), arrays of one broadcast shape, in coarsest cells."""
        y, x = np.asarray(y, np.float32), np.asarray(x, np.float32)
        octaves = []
        for lattice, scale in zip(self._lattices, self._scales, strict=True):
            top, bottom, down = _cell(y * scale)
            left, right, across = _cell(x * scale)
            flat = lattice.ravel()
            top, bottom = top * _PERIOD, bottom * _PERIOD
            upper = flat.take(top + left)
            upper = upper + (flat.take(top + right) - upper) * across
            lower = flat.take(bottom + left)
            lower = lower + (flat.take(bottom + right) - lower) * across
            octaves.append(upper + (lower - upper) * down)
        return self._sum(octaves)

    def _sum(self, octaves: list[np.ndarray]) -> np.ndarray:
        total = np.zeros_like(octaves[0])
        for values, amplitude in zip(octaves, self._amplitudes, strict=True):
            if self._ridged:
                values = 1 - np.abs(2 * values - 1)
            total += amplitude * values
        return total
