"""Draws a scene's parameters from a seed, in relative units: what stands where, in which light."""

from dataclasses import dataclass, replace

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.buildings import Building
from spade_tf.data.scenes.clouds import Cloud, draw_cloud
from spade_tf.data.scenes.ground import Ground, Lake, Sea, Track
from spade_tf.data.scenes.noise import Outline, ValueNoise
from spade_tf.data.scenes.placement import draw_boulders, draw_trees, draw_village, draw_woods
from spade_tf.data.scenes.rocks import Boulder
from spade_tf.data.scenes.shading import Light
from spade_tf.data.scenes.styles import SEASONS, TIMES, Season, TimeOfDay, vary
from spade_tf.data.scenes.terrain import Cliff, Hill, Mountain
from spade_tf.data.scenes.trees import Tree, Wood
from spade_tf.errors import UserError

_KINDS = ("meadow", "lake", "coast", "river", "dunes")
_KIND_SHARES = (0.27, 0.27, 0.20, 0.18, 0.08)
_TIME_SHARES = {"noon": 0.34, "morning": 0.16, "evening": 0.22, "dusk": 0.13, "overcast": 0.15}
# Warm hues only: a generator that has not yet found out which one a scene has paints their mean.
_FLOWERS = ((0.86, 0.12, 0.10), (0.92, 0.26, 0.42), (0.94, 0.46, 0.12), (0.84, 0.24, 0.62))
_SEASON_SHARES = {"summer": 0.60, "autumn": 0.22, "winter": 0.18}


@dataclass(frozen=True)
class Composition:
    """Everything that a scene is made of, back to front, independent of its resolution."""

    time: TimeOfDay
    season: Season
    light: Light
    sun_x: float
    horizon: float
    clouds: tuple[Cloud, ...]
    ranges: tuple[Mountain | Hill, ...]
    ground: Ground
    objects: tuple[Cliff | Tree | Wood | Boulder | Building, ...]
    flower_colour: tuple[float, float, float]
    texture_seed: int


def pick(rng: np.random.Generator, shares: dict[str, float]) -> str:
    """A name drawn by its share."""
    names = list(shares)
    cumulative = np.cumsum(list(shares.values()))
    return names[min(int(np.searchsorted(cumulative, rng.random())), len(names) - 1)]


def compose(
    seed: int, aspect: float, time: str | None = None, season: str | None = None
) -> Composition:
    """The scene of a seed in a picture of the given width / height.

    Args:
        seed: any non-negative integer.
        aspect: width / height.
        time: a name in TIMES, or None to draw one.
        season: a name in SEASONS, or None to draw one.

    Raises:
        UserError: a name is not known.
    """
    for name, known in ((time, TIMES), (season, SEASONS)):
        if name is not None and name not in known:
            raise UserError(f"scene style {name!r} is not known; write one of {', '.join(known)}")
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn_time, drawn_season = pick(rng, _TIME_SHARES), pick(rng, _SEASON_SHARES)
    season = season or drawn_season
    time_of_day = vary(TIMES[time or drawn_time], rng)
    side = -1.0 if rng.random() < 0.5 else 1.0
    light = Light.from_sun(side, time_of_day.elevation)
    sun_x = aspect * (0.5 + side * (0.10 + 0.35 * rng.random()))
    kind = pick(rng, dict(zip(_KINDS, _KIND_SHARES, strict=True)))
    horizon = 0.34 + 0.26 * rng.random()
    white = rng.random() < 0.65 and season == "winter"
    clouds = _clouds(rng, horizon, aspect)
    ground = _ground(rng, kind, horizon, aspect, white, season == "winter")
    ranges = _ranges(rng, kind, horizon, white)
    objects = (
        _headland(rng, kind, horizon)
        + draw_woods(rng, ground, aspect)
        + draw_village(rng, ground, aspect)
        + draw_boulders(rng, ground, aspect)
        + draw_trees(rng, ground, aspect)
    )
    objects = tuple(sorted(objects, key=lambda thing: thing.y))
    flower_colour = _FLOWERS[int(len(_FLOWERS) * rng.random())]
    texture_seed = int(rng.random() * 2**31)
    return Composition(
        time_of_day, SEASONS[season], light, sun_x, horizon, clouds, ranges, ground, objects,
        flower_colour, texture_seed,
    )  # fmt: skip


def _clouds(rng: np.random.Generator, horizon: float, aspect: float) -> tuple[Cloud, ...]:
    """None to six clouds; lower ones are smaller, since they are farther away."""
    count = int(rng.random() < 0.85) * int(1 + 6 * rng.random())
    flat = rng.random() < 0.3
    billows = ValueNoise(rng, octaves=3, roughness=0.55)
    clouds = []
    for _ in range(count):
        base = horizon * (0.12 + 0.72 * rng.random())
        width = (0.14 + 0.62 * (1 - base / horizon)) * (0.5 + 0.8 * rng.random())
        clouds.append(draw_cloud(rng, aspect * rng.random(), base, width, flat, billows))
    return tuple(sorted(clouds, key=lambda cloud: -cloud.base))


def _ground(
    rng: np.random.Generator, kind: str, horizon: float, aspect: float, white: bool, wintry: bool
) -> Ground:
    """The plain of the scene's kind, with a road where it does not have to cross water."""
    cover = labels.SNOW if white else labels.SAND if kind == "dunes" else labels.GRASS
    wobble = Outline(rng, 2.0, octaves=4, roughness=0.5)
    water: Sea | Lake | Track | None = None
    if kind == "coast":
        slope = 0.9 * (2 * rng.random() - 1)
        water = Sea(
            0.18 + 0.42 * rng.random(), slope, aspect / 2, 0.10 + 0.30 * rng.random(), wobble
        )
    elif kind == "lake":
        water = Lake(
            aspect * rng.random(), 0.18 + 0.30 * rng.random(), 0.35 + 0.55 * rng.random(),
            0.12 + 0.22 * rng.random(), 0.05 * max(rng.random() * 2 - 0.6, 0), wobble,
        )  # fmt: skip
    elif kind == "river":
        water = Track(
            aspect * (0.3 + 0.4 * rng.random()), aspect * rng.random(), 0.25 + 0.25 * rng.random(),
            7 * rng.random(), 0.10 + 0.16 * rng.random(), 0.5 * max(rng.random() * 2 - 0.8, 0),
        )  # fmt: skip
    flowers = (0.3 + 0.7 * rng.random()) * (rng.random() < 0.55)
    if wintry or cover != labels.GRASS:
        flowers = 0.0
    ground = Ground(horizon, cover, water, None, float(flowers), ValueNoise(rng, octaves=3))
    return replace(ground, road=_road(rng, ground, aspect))


def _road(rng: np.random.Generator, ground: Ground, aspect: float) -> Track | None:
    """A road that stays on dry land, if one of a few tries does."""
    wanted = rng.random() < 0.75
    depths = np.linspace(0.0, 1.0, 24)
    found: Track | None = None
    for _ in range(6):
        near, far = aspect * (1.4 * rng.random(2) - 0.2)
        road = Track(
            float(far), float(near), 0.15 + 0.2 * rng.random(), 7 * rng.random(),
            0.06 + 0.07 * rng.random(),
        )  # fmt: skip
        if found or not wanted:
            continue  # the draws above happen all the same: a seed's other parts do not change
        edges = road.half_width * (depths + 0.04)
        across = road.centre(depths) + np.array([[-1], [0], [1]]) * edges
        under = ground.labels_at(across, depths, flowers=False)
        if not (under == labels.WATER).any():
            found = road
    return found


def _ranges(
    rng: np.random.Generator, kind: str, horizon: float, white: bool
) -> tuple[Mountain | Hill, ...]:
    """Mountains and hills at the horizon, far to near."""
    ranges: list[Mountain | Hill] = []
    has_mountains, has_hills = rng.random() < 0.62, rng.random() < 0.68
    snowy = rng.random() < 0.65
    count = 1 + int(rng.random() < 0.5)
    for index in range(2):
        outline = Outline(rng, 1.3 + 1.2 * rng.random(), octaves=6, roughness=0.48, ridged=True)
        faces = ValueNoise(rng, octaves=4, roughness=0.5, ridged=True)
        height = horizon * (0.50 + 0.38 * rng.random()) * (0.8 if index else 1)
        line = 0.35 + 0.3 * rng.random() if snowy else 1.0
        if has_mountains and index < count:
            ranges.append(Mountain(horizon, height, 0.9 - 0.35 * index, line, outline, faces))
    count = 1 + int(2 * rng.random())
    for index in range(2):
        outline = Outline(rng, 0.8 + 1.0 * rng.random(), octaves=3, roughness=0.35)
        slopes = ValueNoise(rng, octaves=3)
        height = horizon * (0.18 + 0.34 * rng.random()) * (0.7 if index else 1)
        if has_hills and index < count and kind != "coast":
            ranges.append(Hill(horizon, height, 0.6 - 0.25 * index, white, outline, slopes))
    return tuple(ranges)


def _headland(rng: np.random.Generator, kind: str, horizon: float) -> tuple[Cliff, ...]:
    """Now and then, and often at the sea, a cliff."""
    outline, cracks = Outline(rng, 4.0, octaves=4, roughness=0.5), ValueNoise(rng, octaves=3)
    side = -1.0 if rng.random() < 0.5 else 1.0
    width, height = 0.25 + 0.4 * rng.random(), 0.12 + 0.26 * rng.random()
    t = 0.03 + 0.07 * rng.random()
    if rng.random() > (0.55 if kind == "coast" else 0.12):
        return ()
    foot = horizon + t * (1 - horizon)
    return (Cliff(foot, height, width, side, 0.30, outline, cracks),)
