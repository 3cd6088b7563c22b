"""Puts trees, woods, boulders and villages on the ground where each belongs."""

from typing import TypeVar

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.buildings import Building
from spade_tf.data.scenes.ground import Ground
from spade_tf.data.scenes.noise import ValueNoise
from spade_tf.data.scenes.rocks import Boulder, draw_facets
from spade_tf.data.scenes.trees import Tree, Wood, draw_balls

_NO_BALLS = np.zeros((0, 3))


_Number = TypeVar("_Number", float, np.ndarray)


def air(t: _Number) -> _Number:
    """Aerial distance (0..1) of something that stands at depth t of the ground."""
    return 0.8 / (1 + 9 * t)


def _free(ground: Ground, x: float, t: float, half_width: float, allowed: tuple[int, ...]) -> bool:
    """Whether a foot of the given half width stands on allowed ground only."""
    points = np.array([x - half_width, x, x + half_width])
    found = ground.labels_at(points, np.full(3, min(max(t, 0.0), 1.0)), flowers=False)
    return all(label in allowed for label in found)


def _row(ground: Ground, t: float) -> float:
    """The y of depth t."""
    return ground.horizon + t * (1 - ground.horizon)


def draw_trees(rng: np.random.Generator, ground: Ground, aspect: float) -> tuple[Tree, ...]:
    """Single trees: several in the middle distance, now and then one that frames the picture."""
    foliage = ValueNoise(rng, octaves=3, roughness=0.65)
    meadow = (labels.GRASS, labels.SNOW)
    count = int(10 * rng.random() ** 1.2) if ground.cover != labels.SAND else int(3 * rng.random())
    conifers = rng.random()  # the scene's share of them
    framed = rng.random() < 0.45
    trees = []
    for index in range(count + 1):
        framing = index == count
        t = 0.72 + 0.4 * rng.random() if framing else 0.08 + 0.6 * rng.random() ** 1.6
        x = aspect * rng.random()
        if framing:
            x = aspect * (0.02 + 0.16 * rng.random())
            x = x if rng.random() < 0.5 else aspect - x
        height = (0.10 + 0.52 * t) * (0.75 + 0.6 * rng.random())
        conifer, slender = rng.random() < conifers, rng.random() < 0.2
        balls, tint = draw_balls(rng, slender), rng.random()
        if framing and not framed or not _free(ground, x, t, 0.06 * height, meadow):
            continue
        trees.append(
            Tree(x, _row(ground, t), height, air(t), tint, _NO_BALLS if conifer else balls, foliage)
        )
    return tuple(trees)


def draw_woods(rng: np.random.Generator, ground: Ground, aspect: float) -> tuple[Wood, ...]:
    """Rows of trees near the horizon."""
    foliage = ValueNoise(rng, octaves=3, roughness=0.65)
    woods = []
    for _ in range(2):
        wanted, conifers = rng.random() < 0.55, rng.random() < 0.45
        t = 0.02 + 0.10 * rng.random()
        height = 0.05 + 0.05 * rng.random() + 0.25 * t
        middle, reach = aspect * rng.random(), aspect * (0.2 + 0.7 * rng.random())
        count = 26
        crowns = np.empty((count, 4))
        crowns[:, 0] = middle + reach * (np.arange(count) / count - 0.5 + 0.05 * rng.random(count))
        depth = t + 0.012 * rng.random(count)
        crowns[:, 1] = _row(ground, depth)
        crowns[:, 2] = height * (0.6 + 0.6 * rng.random(count))
        crowns[:, 3] = rng.random(count)
        land = ground.labels_at(crowns[:, 0], depth, flowers=False)
        crowns = crowns[np.isin(land, (labels.GRASS, labels.SNOW))]
        crowns = crowns[np.argsort(crowns[:, 1])]
        if wanted and len(crowns):
            woods.append(Wood(crowns, conifers, air(t), foliage))
    return tuple(woods)


def draw_boulders(rng: np.random.Generator, ground: Ground, aspect: float) -> tuple[Boulder, ...]:
    """Stones in a group, on land or at the shore."""
    grain = ValueNoise(rng, octaves=3, roughness=0.6)
    count = int(rng.random() < 0.5) * int(2 + 5 * rng.random())
    middle = aspect * rng.random()
    boulders = []
    for _ in range(count):
        t = 0.15 + 0.8 * rng.random()
        x = middle + 0.8 * (rng.random() - 0.5)
        size = (0.05 + 0.26 * t) * (0.45 + 0.75 * rng.random())
        facets = draw_facets(rng)
        bed = (labels.GRASS, labels.SNOW, labels.SAND, labels.WATER)
        if _free(ground, x, t, 0.4 * size, bed):
            boulders.append(Boulder(x, _row(ground, t), size, air(t), facets, grain))
    return tuple(boulders)


def draw_village(rng: np.random.Generator, ground: Ground, aspect: float) -> tuple[Building, ...]:
    """A group of houses, or of towers."""
    wanted, towers = rng.random() < 0.68, rng.random() < 0.25
    count = int(2 + 6 * rng.random())
    t = 0.07 + 0.28 * rng.random() ** 1.5
    middle, flip = aspect * (0.1 + 0.8 * rng.random()), rng.random() < 0.5
    scale = 0.07 + 0.32 * t
    buildings = []
    for index in range(count):
        depth = t * (0.8 + 0.5 * rng.random())
        x = middle + scale * 1.35 * (index - count / 2 + 0.4 * rng.random())
        size = scale * (0.75 + 0.5 * rng.random()) * (0.8 + 0.4 * depth / t)
        width, gable, floors = size * (0.7 + 0.5 * rng.random()), size * 0.5, 1 + rng.random()
        wall, roof, tint = size * 0.32 * (1 + int(floors * 1.4)), size * 0.42, rng.random()
        floors = 1 + int(floors * 1.4)
        if towers:
            floors = 4 + int(5 * rng.random())
            width, gable, roof = 0.5 * size, 0.3 * size, 0.0
            wall = 0.26 * size * floors
        middle_x, half = x + (width + gable) / 2, (width + gable) / 2
        land = (labels.GRASS, labels.SNOW, labels.SAND)
        if wanted and _free(ground, middle_x, depth, half, land):
            buildings.append(
                Building(
                    x, _row(ground, depth), width, gable, wall, roof, floors, flip, tint, air(depth)
                )
            )
    return tuple(buildings)
