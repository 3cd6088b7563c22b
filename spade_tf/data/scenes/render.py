"""Paints a composition at a resolution: geometry first, then colour, air and water."""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.canvas import FLAT, Canvas
from spade_tf.data.scenes.composition import Composition, compose
from spade_tf.data.scenes.materials import MATERIALS, Pixels
from spade_tf.data.scenes.placement import air
from spade_tf.data.scenes.reflection import mirror_rows
from spade_tf.data.scenes.shading import aerial, develop, illuminate, sky
from spade_tf.data.scenes.textures import Textures


@dataclass(frozen=True)
class Scene:
    """One example. label_map [height, width] uint8, instance_map [height, width] int32 (each tree,
    cloud, boulder and building has its own id), image [height, width, 3] uint8."""

    label_map: np.ndarray
    instance_map: np.ndarray
    image: np.ndarray


def render_scene(
    seed: int, height: int, width: int, *, time: str | None = None, season: str | None = None
) -> Scene:
    """The landscape of a seed; the same composition at every resolution.

    Args:
        seed: any non-negative integer.
        height: pixels, 64 to 512.
        width: pixels, 64 to 512.
        time: time of day (a name in styles.TIMES) instead of the drawn one.
        season: season (a name in styles.SEASONS) instead of the drawn one.
    """
    scene = compose(seed, width / height, time, season)
    canvas = Canvas(height, width)
    _paint_geometry(canvas, scene)
    return Scene(canvas.label, canvas.instance, develop(_colours(canvas, scene)))


def _paint_geometry(canvas: Canvas, scene: Composition) -> None:
    canvas.base[:] = scene.horizon
    for cloud in scene.clouds:
        cloud.paint(canvas, scene.light, scene.horizon)
    for terrain in scene.ranges:
        terrain.paint(canvas, scene.light)
    _paint_ground(canvas, scene)
    for thing in scene.objects:
        thing.paint(canvas, scene.light)


def _paint_ground(canvas: Canvas, scene: Composition) -> None:
    """The plain below the horizon; one instance a class."""
    depth = scene.ground.depth(canvas.y)
    first = int(np.searchsorted(depth, 0))
    rows, columns = slice(first, None), canvas.everything[1]
    t = depth[rows, None]
    label = scene.ground.labels_at(canvas.x[None, :], t)
    ids = np.array([canvas.next_instance() for _ in labels.LABEL_NAMES], np.int32)
    canvas.paint(
        (rows, columns),
        np.ones(label.shape, bool),
        label=label,
        instance=ids[label],
        distance=air(t),
        base=FLAT,
        light=scene.light.y,
        tint=0,
        part=0,
    )


def _colours(canvas: Canvas, scene: Composition) -> np.ndarray:
    """Colours [height, width, 3] in 0..1 and a little above."""
    textures = Textures(canvas, scene)
    y, x = np.float32(canvas.y), np.float32(canvas.x)
    image = np.zeros((canvas.height * canvas.width, 3), np.float32)
    heaven = sky(y[:, None], x[None, :], scene.horizon, scene.sun_x, scene.time)
    heaven = np.broadcast_to(heaven, (*canvas.label.shape, 3)).reshape(-1, 3)
    present = np.bincount(canvas.label.ravel(), minlength=len(labels.LABEL_NAMES))
    for label in np.flatnonzero(present):
        mask = canvas.label == label
        index = np.flatnonzero(mask)
        if label in MATERIALS:
            pixels = Pixels(mask, canvas, scene, textures)
            albedo, light = MATERIALS[label](pixels)
            colour = illuminate(np.float32(albedo), np.float32(light), scene.time)
            image[index] = aerial(colour, pixels.buffer("distance"), scene.time)
        elif label != labels.WATER:
            image[index] = heaven[index]
    _paint_clouds(image, canvas, scene)
    image = image.reshape(canvas.height, canvas.width, 3)
    if present[labels.WATER]:
        _paint_water(image, canvas, scene, textures)
    return image


def _paint_clouds(image: np.ndarray, canvas: Canvas, scene: Composition) -> None:
    """White in the sun, grey below; thin edges let the sky through."""
    index = np.flatnonzero(canvas.label == labels.CLOUD)
    light, density = canvas.light.ravel()[index], canvas.tint.ravel()[index]
    white = np.float32((0.62, 0.63, 0.66))
    colour = illuminate(np.broadcast_to(white, (len(index), 3)), 1.25 * light, scene.time)
    colour += np.float32(0.22) * np.float32(scene.time.horizon)
    opacity = (0.45 + 0.55 * density)[:, None]
    image[index] += (colour - image[index]) * opacity


def _paint_water(
    image: np.ndarray, canvas: Canvas, scene: Composition, textures: Textures
) -> None:
    """A rippled, darkened mirror; looking down near the viewer one sees the deep instead."""
    water = canvas.label == labels.WATER
    rows, columns = np.nonzero(water)
    base = np.where(canvas.base >= 0, canvas.base * canvas.height, -1)
    waves = textures.waves[rows, columns] - np.float32(0.5)
    depth = np.maximum(scene.ground.depth(canvas.y), 0).astype(np.float32)[rows]
    source = mirror_rows(water, base, waves * (0.02 + 0.22 * depth) * canvas.height)
    mirrored = image[source, columns]
    deep = illuminate(np.float32((0.06, 0.20, 0.26)), np.full(len(rows), 0.5, np.float32), scene.time)
    clarity = np.clip(0.80 - 0.45 * depth + 0.9 * waves, 0.1, 0.95)[:, None]
    image[rows, columns] = deep + (mirrored * np.float32(0.9) - deep) * clarity
