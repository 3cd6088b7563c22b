"""Light: how much of it a surface receives, and what colour it and the air in between then have."""

from dataclasses import dataclass

import numpy as np

from spade_tf.data.scenes.styles import TimeOfDay, rgb


@dataclass(frozen=True)
class Light:
    """Unit vector towards the sun: x to the right, y up, z towards the viewer."""

    x: float
    y: float
    z: float

    @classmethod
    def from_sun(cls, side: float, elevation: float) -> "Light":
        """Light from the left (side -1) or right (+1), `elevation` = sine of the sun's height."""
        level = float(np.sqrt(1 - elevation**2))
        across = 0.85 * side
        return cls(across * level, elevation, float(np.sqrt(1 - across**2)) * level)

    def lambert(self, x, y, z) -> np.ndarray:
        """Direct light received by a surface with normal (x, y, z), of any length: 0..1."""
        length = np.sqrt(x * x + y * y + z * z)
        return np.maximum((x * self.x + y * self.y + z * self.z) / length, 0)

    def relief(self, height_field: np.ndarray, steepness: float) -> np.ndarray:
        """Direct light on an embossed height field [height, width]; `steepness` scales its slopes.

        Slopes are per picture height, so that the result does not depend on the resolution.
        """
        scale = np.float32(0.5 * height_field.shape[0] * steepness)
        padded = np.pad(height_field, 1, mode="edge")
        slope_x = (padded[1:-1, 2:] - padded[1:-1, :-2]) * scale
        slope_y = (padded[:-2, 1:-1] - padded[2:, 1:-1]) * scale
        return self.lambert(-slope_x, -slope_y, np.float32(1))


def illuminate(albedo: np.ndarray, light: np.ndarray, time: TimeOfDay) -> np.ndarray:
    """Colour [..., 3] of a surface that receives `light` [...] of the sun and all of the sky."""
    sun, ambient = rgb(time.sun), rgb(time.ambient)
    return albedo * (ambient + light[..., None] * sun)


def aerial(colour: np.ndarray, distance: np.ndarray, time: TimeOfDay) -> np.ndarray:
    """Colour [..., 3] seen through the air: distant things (distance 0..1) fade into haze."""
    clear = np.exp(-np.float32(time.haze_density) * distance)[..., None]
    haze = rgb(time.haze)
    return haze + (colour - haze) * clear


def sky(y: np.ndarray, x: np.ndarray, horizon: float, sun_x: float, time: TimeOfDay) -> np.ndarray:
    """Colour [..., 3] of the clear sky at the points (y, x): a gradient, and a glow at the sun."""
    up = np.clip(1 - y / horizon, 0, 1)[..., None]
    zenith, level = rgb(time.zenith), rgb(time.horizon)
    colour = zenith + (level - zenith) * (1 - up) ** np.float32(1.7)
    if time.glow:
        squared = (x - sun_x) ** 2 + (1.4 * (y - 0.85 * horizon)) ** 2
        glow = np.float32(time.glow) * np.exp(-squared / np.float32(0.10))[..., None]
        colour = colour + glow * (rgb((1.0, 0.90, 0.66)) - colour) * np.float32(0.75)
    return colour


def soften_edges(image: np.ndarray, instances: np.ndarray) -> None:
    """Blends the pixels at borders between instances with their neighbours, as a lens does.

    Args:
        image: [height, width, 3] float32, changed in place.
        instances: [height, width] ids.
    """
    edge = np.zeros(instances.shape, bool)
    for ahead, behind in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
        border = instances[ahead] != instances[behind]
        edge[ahead] |= border
        edge[behind] |= border
    rows, columns = np.nonzero(edge)
    height, width = instances.shape
    around = (
        image[np.maximum(rows - 1, 0), columns]
        + image[np.minimum(rows + 1, height - 1), columns]
        + image[rows, np.maximum(columns - 1, 0)]
        + image[rows, np.minimum(columns + 1, width - 1)]
    )
    image[rows, columns] = np.float32(0.6) * image[rows, columns] + np.float32(0.1) * around


def develop(colour: np.ndarray) -> np.ndarray:
    """Linear colour to uint8: a gentle S-curve, as film has, then rounding."""
    colour = np.clip(colour, 0, 1)
    colour = colour + np.float32(0.22) * colour * (1 - colour) * (2 * colour - 1)
    return (colour * np.float32(255) + np.float32(0.5)).astype(np.uint8)
