"""What a scene's time of day and season do to its colours: the global style of a photograph."""

from dataclasses import dataclass, replace

import numpy as np

Colour = tuple[float, float, float]


def rgb(colour: Colour) -> np.ndarray:
    """A colour as a float32 array [3]."""
    return np.array(colour, np.float32)


@dataclass(frozen=True)
class TimeOfDay:
    """Light and air. Colours are RGB in 0..1 (light may exceed 1).

    `sun` is the direct light, `ambient` the light from the sky, `haze` the colour that distant
    things fade to, `haze_density` how fast; `elevation` the sine of the sun's height; `glow` the
    strength of the bright spot around the sun; `lamps` how brightly windows shine.
    """

    zenith: Colour
    horizon: Colour
    sun: Colour
    ambient: Colour
    haze: Colour
    haze_density: float
    elevation: float
    glow: float
    lamps: float


@dataclass(frozen=True)
class Season:
    """Colours of what grows: dark and bright shade of each, and of trees a row of crown colours."""

    grass: tuple[Colour, Colour]
    hill: tuple[Colour, Colour]
    leaves: tuple[Colour, ...]
    needles: Colour
    frost: float


TIMES: dict[str, TimeOfDay] = {
    "noon": TimeOfDay(
        zenith=(0.26, 0.50, 0.82),
        horizon=(0.76, 0.87, 0.95),
        sun=(0.92, 0.87, 0.76),
        ambient=(0.44, 0.48, 0.55),
        haze=(0.66, 0.79, 0.93),
        haze_density=0.75,
        elevation=0.72,
        glow=0.0,
        lamps=0.0,
    ),
    "morning": TimeOfDay(
        zenith=(0.44, 0.62, 0.84),
        horizon=(0.97, 0.88, 0.78),
        sun=(0.95, 0.80, 0.58),
        ambient=(0.46, 0.48, 0.54),
        haze=(0.90, 0.87, 0.84),
        haze_density=1.5,
        elevation=0.45,
        glow=0.5,
        lamps=0.0,
    ),
    "evening": TimeOfDay(
        zenith=(0.30, 0.40, 0.66),
        horizon=(1.00, 0.74, 0.42),
        sun=(1.10, 0.79, 0.50),
        ambient=(0.38, 0.35, 0.44),
        haze=(0.96, 0.72, 0.52),
        haze_density=1.0,
        elevation=0.32,
        glow=0.9,
        lamps=0.35,
    ),
    "dusk": TimeOfDay(
        zenith=(0.22, 0.28, 0.48),
        horizon=(0.96, 0.60, 0.46),
        sun=(0.86, 0.54, 0.40),
        ambient=(0.37, 0.39, 0.50),
        haze=(0.56, 0.48, 0.57),
        haze_density=0.95,
        elevation=0.25,
        glow=0.7,
        lamps=1.0,
    ),
    "overcast": TimeOfDay(
        zenith=(0.60, 0.67, 0.74),
        horizon=(0.86, 0.88, 0.89),
        sun=(0.36, 0.36, 0.34),
        ambient=(0.60, 0.63, 0.66),
        haze=(0.80, 0.84, 0.87),
        haze_density=1.15,
        elevation=0.75,
        glow=0.0,
        lamps=0.15,
    ),
}

SEASONS: dict[str, Season] = {
    "summer": Season(
        grass=((0.17, 0.30, 0.06), (0.52, 0.66, 0.20)),
        hill=((0.14, 0.27, 0.10), (0.44, 0.55, 0.23)),
        leaves=((0.22, 0.40, 0.10), (0.30, 0.46, 0.12), (0.17, 0.36, 0.14), (0.36, 0.46, 0.16)),
        needles=(0.11, 0.28, 0.17),
        frost=0.0,
    ),
    "autumn": Season(
        grass=((0.32, 0.28, 0.09), (0.74, 0.66, 0.30)),
        hill=((0.34, 0.24, 0.09), (0.66, 0.52, 0.22)),
        leaves=((0.78, 0.42, 0.10), (0.70, 0.24, 0.09), (0.82, 0.60, 0.15), (0.44, 0.44, 0.15)),
        needles=(0.14, 0.27, 0.15),
        frost=0.0,
    ),
    "winter": Season(
        grass=((0.34, 0.31, 0.20), (0.74, 0.71, 0.56)),
        hill=((0.33, 0.30, 0.25), (0.66, 0.64, 0.60)),
        leaves=((0.62, 0.60, 0.62), (0.66, 0.62, 0.60), (0.56, 0.56, 0.60), (0.70, 0.67, 0.66)),
        needles=(0.12, 0.25, 0.18),
        frost=0.6,
    ),
}


def vary(time: TimeOfDay, rng: np.random.Generator, amount: float = 0.03) -> TimeOfDay:
    """The same time of day on another day: every colour scaled by up to `amount` per channel."""

    def scaled(colour: Colour) -> Colour:
        red, green, blue = (1 + amount * (2 * rng.random(3) - 1)) * np.array(colour)
        return float(red), float(green), float(blue)

    return replace(
        time,
        zenith=scaled(time.zenith),
        horizon=scaled(time.horizon),
        sun=scaled(time.sun),
        ambient=scaled(time.ambient),
        haze=scaled(time.haze),
        haze_density=time.haze_density * float(0.8 + 0.4 * rng.random()),
    )
