"""The texture of each class: albedo and light of its pixels, before air and water come in."""

from collections.abc import Callable

import numpy as np

from spade_tf.data.scenes import buildings, labels, trees
from spade_tf.data.scenes.canvas import FLAT, Canvas
from spade_tf.data.scenes.composition import Composition
from spade_tf.data.scenes.styles import Colour, rgb
from spade_tf.data.scenes.textures import Textures


class Pixels:
    """The pixels of one class: their buffers and samples of the shared textures, all [n]."""

    def __init__(self, index: np.ndarray, canvas: Canvas, scene: Composition, textures: Textures):
        self._index = index
        self._textures, self._canvas, self.scene = textures, canvas, scene

    def buffer(self, name: str) -> np.ndarray:
        """Values of a canvas buffer."""
        return getattr(self._canvas, name).ravel().take(self._index)

    def texture(self, name: str) -> np.ndarray:
        """Values of a texture."""
        return getattr(self._textures, name).ravel().take(self._index)


Surface = tuple[np.ndarray, np.ndarray]  # albedo [n, 3], direct light [n]


def _mix(dark: Colour, bright: Colour, weight: np.ndarray) -> np.ndarray:
    """Colours [n, 3] between two colours; weights [n] are clipped to 0..1."""
    start, step = rgb(dark), rgb(bright) - rgb(dark)
    return start + step * np.clip(weight, 0, 1).astype(np.float32)[:, None]


def _choose(colours: tuple[Colour, ...], tint: np.ndarray) -> np.ndarray:
    """The colour of a list that tint 0..1 points at: [n, 3]."""
    index = np.minimum((tint * len(colours)).astype(np.int32), len(colours) - 1)
    return np.array(colours, np.float32)[index]


def _mountain(p: Pixels) -> Surface:
    """Bare stone, darker in its gullies, layered."""
    weight = 0.5 * p.buffer("tint") + 0.5 * p.texture("strata")
    return _mix((0.32, 0.29, 0.28), (0.60, 0.54, 0.49), weight), p.buffer("light")


def _snow(p: Pixels) -> Surface:
    """White, faintly blue in its hollows; drifts where it lies flat."""
    weight = 0.2 + 0.5 * p.texture("mottle") + 0.4 * p.texture("grain")
    light, flat = p.buffer("light"), p.buffer("base") == FLAT
    drifted = light * (0.55 + 0.9 * p.texture("drifts"))
    albedo = _mix((0.80, 0.86, 0.96), (1.0, 0.99, 0.97), weight)
    return albedo, np.where(flat, drifted, 0.85 * light)


def _hill(p: Pixels) -> Surface:
    """Soft meadows speckled with bushes and copses."""
    dark, bright = p.scene.season.hill
    open_land = np.clip(5 * (p.texture("clumps") - 0.42), 0, 1)
    weight = 0.15 + 0.6 * open_land + 0.35 * (p.buffer("tint") - 0.5)
    return _mix(dark, bright, weight), p.buffer("light") * (0.55 + 0.75 * p.texture("relief"))


def _tree(p: Pixels) -> Surface:
    """Clumps of foliage in the colour of the specimen, dark bark, hoar frost in winter."""
    season, part, tint = p.scene.season, p.buffer("part"), p.buffer("tint")
    light = p.buffer("light") * (0.35 + 1.1 * p.texture("relief"))
    needles = rgb(season.needles) * (0.85 + 0.4 * tint[:, None])
    albedo = np.where((part == trees.NEEDLES)[:, None], needles, _choose(season.leaves, tint))
    albedo = np.where((part == trees.TRUNK)[:, None], rgb((0.27, 0.20, 0.15)), albedo)
    albedo = albedo * (0.70 + 0.75 * p.texture("grain")[:, None])
    if season.frost:
        frost = season.frost * np.clip(2.2 * light - 0.5, 0, 1) * (p.texture("fine") > 0.42)
        albedo = albedo + (rgb((0.95, 0.97, 1.0)) - albedo) * frost[:, None]
    return albedo, light


def _grass(p: Pixels) -> Surface:
    """Upright blades on broad lighter and darker patches."""
    dark, bright = p.scene.season.grass
    blades = p.texture("blades")
    weight = 0.15 + (blades - 0.5) + 0.75 * p.texture("ground")
    return _mix(dark, bright, weight), p.buffer("light") * (0.65 + 0.7 * blades)


def _flowers(p: Pixels) -> Surface:
    """Grass with dots of the scene's flower colour, dimmer at their rims."""
    grass, light = _grass(p)
    grass = 0.9 * grass
    petals = rgb(p.scene.flower_colour) * (0.75 + 0.5 * p.texture("grain")[:, None])
    bloom = p.texture("blooms")
    opacity = 0.5 * (bloom > 0.52) + 0.5 * (bloom > 0.62)
    return grass + (petals - grass) * opacity[:, None], light


def _sand(p: Pixels) -> Surface:
    """Grains, and ripples left by wind and water."""
    weight = 0.15 + 0.35 * p.texture("ground") + 0.4 * p.texture("grain")
    light = p.buffer("light") * (0.70 + 0.55 * p.texture("sand_ripples"))
    return _mix((0.66, 0.52, 0.34), (0.93, 0.82, 0.60), weight), light


def _rock(p: Pixels) -> Surface:
    """Cracked, layered, speckled stone."""
    weight = 0.45 * p.buffer("tint") + 0.35 * p.texture("strata") + 0.3 * p.texture("grain")
    return _mix((0.27, 0.24, 0.22), (0.62, 0.57, 0.51), weight), p.buffer("light")


def _road(p: Pixels) -> Surface:
    """Asphalt with pale edge lines and a dashed middle line."""
    place, dash = p.texture("road_place"), p.texture("road_dash")
    weight = 0.5 * p.texture("grain") + 0.5 * p.texture("ground")
    asphalt = _mix((0.34, 0.33, 0.34), (0.50, 0.48, 0.47), weight)
    line = ((place > 0.93) & (dash > 0.5)) | ((place > 0.06) & (place < 0.16))
    return np.where(line[:, None], rgb((0.88, 0.86, 0.78)), asphalt), p.buffer("light")


def _building(p: Pixels) -> Surface:
    """Plaster or brick, tiles or slate, dark panes; lamps behind most of them when it gets dark."""
    part, tint, lamps = p.buffer("part"), p.buffer("tint"), np.float32(p.scene.time.lamps)
    roof, pane = (part == buildings.ROOF)[:, None], part == buildings.WINDOW
    albedo = np.where(roof, _choose(_ROOFS, (7 * tint) % 1), _choose(_WALLS, tint))
    albedo = albedo * (0.88 + 0.24 * p.texture("grain")[:, None])
    lit = (13 * tint + 3 * p.texture("mottle")) % 1 < 0.75
    glass = rgb((0.20, 0.25, 0.32)) + lamps * lit[:, None] * rgb((2.2, 1.5, 0.6))
    return np.where(pane[:, None], glass, albedo), np.where(pane, 0.5, p.buffer("light"))


_WALLS = ((0.92, 0.88, 0.80), (0.86, 0.70, 0.48), (0.80, 0.80, 0.78), (0.72, 0.46, 0.36))
_ROOFS = ((0.70, 0.28, 0.17), (0.60, 0.24, 0.18), (0.38, 0.38, 0.43), (0.48, 0.28, 0.20))

MATERIALS: dict[int, Callable[[Pixels], Surface]] = {
    labels.MOUNTAIN: _mountain,
    labels.SNOW: _snow,
    labels.HILL: _hill,
    labels.TREE: _tree,
    labels.GRASS: _grass,
    labels.FLOWERS: _flowers,
    labels.SAND: _sand,
    labels.ROCK: _rock,
    labels.ROAD: _road,
    labels.BUILDING: _building,
}
