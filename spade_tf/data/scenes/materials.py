"""The texture of each class: albedo and light of its pixels, before air and water come in."""

from collections.abc import Callable

import numpy as np

from spade_tf.data.scenes import buildings, labels, trees
from spade_tf.data.scenes.canvas import Canvas
from spade_tf.data.scenes.composition import Composition
from spade_tf.data.scenes.textures import Textures


class Pixels:
    """The pixels of one class: their buffers and samples of the shared textures, all [n]."""

    def __init__(self, mask: np.ndarray, canvas: Canvas, scene: Composition, textures: Textures):
        self._index = np.flatnonzero(mask)
        self._textures, self._canvas, self.scene = textures, canvas, scene

    def buffer(self, name: str) -> np.ndarray:
        """Values of a canvas buffer."""
        return getattr(self._canvas, name).ravel().take(self._index)

    def texture(self, name: str) -> np.ndarray:
        """Values of a texture."""
        return getattr(self._textures, name).ravel().take(self._index)

    def depth(self) -> np.ndarray:
        """Depth below the horizon, 0..1."""
        y = self._canvas.y[self._index // self._canvas.width]
        return np.maximum(self.scene.ground.depth(y), 0).astype(np.float32)


Material = Callable[[Pixels], tuple[np.ndarray, np.ndarray]]


def _mix(dark, bright, weight: np.ndarray) -> np.ndarray:
    """Colours [n, 3] between two colours; weights [n] are clipped to 0..1."""
    dark, bright = np.float32(dark), np.float32(bright)
    return dark + (bright - dark) * np.clip(weight, 0, 1).astype(np.float32)[:, None]


def _choose(colours, tint: np.ndarray) -> np.ndarray:
    """The colour of a list that tint 0..1 points at: [n, 3]."""
    colours = np.float32(colours)
    return colours[np.minimum((tint * len(colours)).astype(np.int32), len(colours) - 1)]


def mountain(p: Pixels):
    faces = p.buffer("tint")
    strata = p.texture("strata")
    return _mix((0.30, 0.28, 0.29), (0.60, 0.55, 0.51), 0.5 * faces + 0.5 * strata), p.buffer("light")


def snow(p: Pixels):
    drift = p.texture("mottle")
    sparkle = p.texture("grain")
    albedo = _mix((0.80, 0.86, 0.96), (1.0, 0.99, 0.97), 0.2 + 0.5 * drift + 0.4 * sparkle)
    flat = p.buffer("base") < 0
    relief = 0.55 + 0.9 * p.texture("drifts")
    light = p.buffer("light")
    return albedo, np.where(flat, light * relief, light * 0.85)


def hill(p: Pixels):
    dark, bright = p.scene.season.hill
    woods = p.texture("clumps")
    folds = p.buffer("tint")
    speckle = np.clip((woods - 0.42) * 5, 0, 1)
    albedo = _mix(dark, bright, 0.15 + 0.6 * speckle + 0.35 * (folds - 0.5))
    return albedo, p.buffer("light") * (0.55 + 0.75 * p.texture("relief"))


def tree(p: Pixels):
    season = p.scene.season
    part, tint = p.buffer("part"), p.buffer("tint")
    light = p.buffer("light") * (0.35 + 1.1 * p.texture("relief"))
    leaves = _choose(season.leaves, tint)
    needles = np.float32(season.needles) * (0.85 + 0.4 * tint[:, None])
    albedo = np.where((part == trees.NEEDLES)[:, None], needles, leaves)
    albedo = np.where((part == trees.TRUNK)[:, None], np.float32((0.27, 0.20, 0.15)), albedo)
    albedo = albedo * (0.70 + 0.75 * p.texture("grain")[:, None])
    if season.frost:
        white = season.frost * np.clip(2.2 * light - 0.5, 0, 1) * (p.texture("fine") > 0.42)
        albedo = albedo + (np.float32((0.95, 0.97, 1.0)) - albedo) * white[:, None]
    return albedo, light


def grass(p: Pixels):
    dark, bright = p.scene.season.grass
    blades, ground = p.texture("blades"), p.texture("ground")
    albedo = _mix(dark, bright, 0.15 + 1.0 * (blades - 0.5) + 0.75 * ground)
    return albedo, p.buffer("light") * (0.65 + 0.7 * blades)


def flowers(p: Pixels):
    albedo, light = grass(p)
    colour = np.float32(p.scene.flower_colour)
    bloom = p.texture("blooms")
    petals = colour * (0.75 + 0.5 * p.texture("grain")[:, None])
    centre = np.where((bloom > 0.72)[:, None], petals, albedo * np.float32(0.85))
    return np.where((bloom > 0.60)[:, None], centre * 0.5 + petals * 0.5, albedo * 0.9), light


def sand(p: Pixels):
    ripples, ground = p.texture("sand_ripples"), p.texture("ground")
    albedo = _mix((0.66, 0.52, 0.34), (0.93, 0.82, 0.60), 0.35 * ground + 0.4 * p.texture("grain") + 0.15)
    return albedo, p.buffer("light") * (0.70 + 0.55 * ripples)


def rock(p: Pixels):
    cracks = p.buffer("tint")
    albedo = _mix((0.27, 0.24, 0.22), (0.62, 0.57, 0.51), 0.45 * cracks + 0.35 * p.texture("strata") + 0.3 * p.texture("grain"))
    return albedo, p.buffer("light")


def road(p: Pixels):
    place, dash = p.texture("road_place"), p.texture("road_dash")
    albedo = _mix((0.34, 0.33, 0.34), (0.50, 0.48, 0.47), 0.5 * p.texture("grain") + 0.5 * p.texture("ground"))
    line = (place > 0.93) & (dash > 0.5) | (place < 0.16) & (place > 0.06)
    return np.where(line[:, None], np.float32((0.88, 0.86, 0.78)), albedo), p.buffer("light")


def building(p: Pixels):
    part, tint, time = p.buffer("part"), p.buffer("tint"), p.scene.time
    walls = _choose(((0.92, 0.88, 0.80), (0.86, 0.70, 0.48), (0.80, 0.80, 0.78), (0.72, 0.46, 0.36)), tint)
    roofs = _choose(((0.70, 0.28, 0.17), (0.60, 0.24, 0.18), (0.38, 0.38, 0.43), (0.48, 0.28, 0.20)), (tint * 7) % 1)
    albedo = np.where((part == buildings.ROOF)[:, None], roofs, walls)
    albedo = albedo * (0.88 + 0.24 * p.texture("grain")[:, None])
    panes = part == buildings.WINDOW
    albedo = np.where(panes[:, None], np.float32((0.20, 0.25, 0.32)), albedo)
    light = np.where(panes, 0.5, p.buffer("light"))
    lamp = panes & ((tint * 13 + p.texture("mottle") * 3) % 1 < 0.75) if time.lamps else None
    if lamp is not None:
        albedo = albedo + (lamp * np.float32(time.lamps))[:, None] * np.float32((2.2, 1.5, 0.6))
    return albedo, light


MATERIALS: dict[int, Material] = {
    labels.MOUNTAIN: mountain,
    labels.SNOW: snow,
    labels.HILL: hill,
    labels.TREE: tree,
    labels.GRASS: grass,
    labels.FLOWERS: flowers,
    labels.SAND: sand,
    labels.ROCK: rock,
    labels.ROAD: road,
    labels.BUILDING: building,
}
