"""Paints a composition at a resolution: geometry first, then colour, air and water."""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.canvas import FLAT, Canvas
from spade_tf.data.scenes.composition import Composition, compose
from spade_tf.data.scenes.materials import MATERIALS, Pixels
from spade_tf.data.scenes.placement import air
from spade_tf.data.scenes.reflection import mirror_rows
from spade_tf.data.scenes.shading import aerial, develop, illuminate, sky, soften_edges
from spade_tf.data.scenes.styles import rgb
from spade_tf.data.scenes.textures import Textures
from spade_tf.errors import UserError


@dataclass(frozen=True)
class Scene:
    """One example.

    `label_map` [height, width] uint8; `instance_map` [height, width] int32, where each tree, cloud,
    boulder, building and range has its own id; `image` [height, width, 3] uint8.
    """

    label_map: np.ndarray
    instance_map: np.ndarray
    image: np.ndarray


def render_scene(
    seed: int, height: int, width: int, *, time: str | None = None, season: str | None = None
) -> Scene:
    """The landscape of a seed; the same composition at every resolution.

    Args:
        seed: any non-negative integer.
        height: pixels; 64 to 512 look best.
        width: pixels.
        time: time of day (a name in styles.TIMES) instead of the drawn one.
        season: season (a name in styles.SEASONS) instead of the drawn one.

    Raises:
        UserError: the seed is negative, the picture too small, or the time or season unknown.
    """
    if seed < 0 or min(height, width) < 16:
        raise UserError(
            f"render_scene: seed {seed}, size {height} x {width}; use a seed of 0 or more, "
            "and a height and width of at least 16 pixels"
        )
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
    y, x = canvas.y.astype(np.float32), canvas.x.astype(np.float32)
    image = np.zeros((canvas.height, canvas.width, 3), np.float32)
    flat_image = image.reshape(-1, 3)  # the same memory
    heaven = sky(y[:, None], x[None, :], scene.horizon, scene.sun_x, scene.time)
    heaven = np.broadcast_to(heaven, (*canvas.label.shape, 3)).reshape(-1, 3)
    present = np.bincount(canvas.label.ravel(), minlength=len(labels.LABEL_NAMES))
    for label in np.flatnonzero(present).tolist():
        index = np.flatnonzero(canvas.label == label)
        if label in MATERIALS:
            pixels = Pixels(index, canvas, scene, textures)
            albedo, light = MATERIALS[label](pixels)
            colour = illuminate(albedo.astype(np.float32), light.astype(np.float32), scene.time)
            flat_image[index] = aerial(colour, pixels.buffer("distance"), scene.time)
        elif label != labels.WATER:
            flat_image[index] = heaven[index]
    _paint_clouds(flat_image, canvas, scene)
    if present[labels.WATER]:
        _paint_water(image, canvas, scene, textures)
    soften_edges(image, canvas.instance)
    return image


def _paint_clouds(image: np.ndarray, canvas: Canvas, scene: Composition) -> None:
    """White in the sun, grey below; thin edges let the sky through."""
    index = np.flatnonzero(canvas.label == labels.CLOUD)
    light, density = canvas.light.ravel()[index], canvas.tint.ravel()[index]
    white = rgb((0.66, 0.66, 0.67))
    colour = illuminate(np.broadcast_to(white, (len(index), 3)), 1.25 * light, scene.time)
    colour += np.float32(0.22) * rgb(scene.time.horizon)
    opacity = (0.25 + 0.75 * density)[:, None]
    image[index] += (colour - image[index]) * opacity


def _paint_water(image: np.ndarray, canvas: Canvas, scene: Composition, textures: Textures) -> None:
    """A rippled, darkened mirror; looking down near the viewer one sees the deep instead."""
    water = canvas.label == labels.WATER
    rows, columns = np.nonzero(water)
    base = np.where(canvas.base >= 0, canvas.base * canvas.height, -1)
    waves = textures.waves[rows, columns] - np.float32(0.5)
    depth = np.maximum(scene.ground.depth(canvas.y), 0).astype(np.float32)[rows]
    shake = waves * (0.02 + 0.22 * depth) * canvas.height
    source = mirror_rows(water, base, scene.horizon * canvas.height, shake)
    mirrored = image[source, columns]
    deep = illuminate(rgb((0.10, 0.29, 0.36)), np.array([0.5], np.float32), scene.time)
    clarity = np.clip(0.78 - 0.38 * depth + 0.7 * waves, 0.1, 0.95)[:, None]
    image[rows, columns] = deep + (mirrored * np.float32(0.9) - deep) * clarity
