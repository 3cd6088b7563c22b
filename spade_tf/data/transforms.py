"""From files of any size to height x width: scaling, crop, flip and rotation of a whole example.

An example is a dict of `label_map` [rows, columns], `image` [rows, columns, 3] uint8 and
`instance_map` [rows, columns] (the keys it has). Each transform moves all of them together. Ids are
never mixed: they are taken from the nearest pixel, by pixel centres (output pixel i reads input
pixel floor((i + 0.5) * input / output) in exact arithmetic, as PIL's NEAREST does but for its
rounding errors on pixel borders). Photographs are scaled bicubically with antialiasing, as PIL's
BICUBIC does but for its rounding between the two axes, and rounded to uint8.
"""

import math
from dataclasses import dataclass

import tensorflow as tf

Example = dict[str, tf.Tensor]


@dataclass(frozen=True)
class Cut:
    """How files are cut to size: some of the config's data section, and whether for training."""

    preprocess: str
    load_size: int
    height: int
    width: int
    training: bool

    @property
    def crops(self) -> bool:
        """Whether scaled files may be larger than the target."""
        return self.preprocess.endswith("crop")


def scaled_size(rows, columns, cut: Cut):
    """Rows and columns that a file is scaled to before the crop.

    Takes Python integers or int32 tensors. For training, `load_size` is the width (`scale_width`)
    or the shorter side. Validation scales just to the target, as the official test setting (load =
    crop) does; only `crop` and `none` do not scale.
    """
    mode, training = cut.preprocess, cut.training
    if mode == "fixed" or (mode == "resize_and_crop" and not training):
        return cut.height, cut.width
    if mode == "resize_and_crop":
        shorter = min(cut.height, cut.width)
        return (
            round(cut.load_size * cut.height / shorter),
            round(cut.load_size * cut.width / shorter),
        )
    if mode == "crop":
        return rows, columns
    if mode == "none":
        return (rows + 16) // 32 * 32, (columns + 16) // 32 * 32
    if mode in ("scale_width", "scale_width_and_crop"):
        width = cut.load_size if training else cut.width
        return rows * width // columns, width
    if training:
        shorter = tf.minimum(rows, columns)
        return rows * cut.load_size // shorter, columns * cut.load_size // shorter
    return _cover(rows, columns, cut)


def _cover(rows, columns, cut: Cut):
    """The smallest size of the file's shape that covers height x width."""
    by_height = rows * cut.width <= columns * cut.height
    wide = (cut.height, columns * cut.height // rows)
    tall = (rows * cut.width // columns, cut.width)
    return tf.where(by_height, wide[0], tall[0]), tf.where(by_height, wide[1], tall[1])


def can_crop(rows, columns, cut: Cut):
    """Whether a scaled file gives height x width: as large, or larger where the mode crops."""
    if cut.crops:
        return (rows >= cut.height) & (columns >= cut.width)
    return tf.equal(rows, cut.height) & tf.equal(columns, cut.width)


def scale(example: Example, rows, columns) -> Example:
    """The example scaled to rows x columns; photographs stay uint8."""
    return {
        key: resize_bicubic(value, rows, columns)
        if key == "image"
        else resize_nearest(value, rows, columns)
        for key, value in example.items()
    }


def resize_nearest(ids: tf.Tensor, rows, columns) -> tf.Tensor:
    """[rows, columns, ...] of the same type, each pixel copied from the nearest one."""
    shape = tf.shape(ids)
    ids = tf.gather(ids, (2 * tf.range(rows) + 1) * shape[0] // (2 * rows))
    return tf.gather(ids, (2 * tf.range(columns) + 1) * shape[1] // (2 * columns), axis=1)


def resize_bicubic(image: tf.Tensor, rows, columns) -> tf.Tensor:
    """[rows, columns, 3] uint8, antialiased."""
    resized = tf.image.resize(image, tf.stack([rows, columns]), "bicubic", antialias=True)
    return tf.cast(tf.clip_by_value(tf.round(resized), 0, 255), tf.uint8)


def crop(example: Example, top, left, height: int, width: int) -> Example:
    """The same window of height x width of everything."""
    cropped = {}
    for key, value in example.items():
        window = value[top : top + height, left : left + width]
        cropped[key] = tf.ensure_shape(window, [height, width] + [3] * (key == "image"))
    return cropped


def flip(example: Example, mirrored: tf.Tensor) -> Example:
    """The example, left and right exchanged where `mirrored`."""
    return {
        key: tf.cond(mirrored, lambda v=v: v[:, ::-1], lambda v=v: v) for key, v in example.items()
    }


def rotate(example: Example, degrees: tf.Tensor, dont_care: int | None) -> Example:
    """The example turned counter-clockwise around its centre, at its size.

    Ids come from the nearest pixel, the photograph is bilinear. Corners from outside the file
    continue as mirrored; where there is a don't-care label, their label is that one (and their
    instance 0).
    """
    rows, columns = tf.unstack(tf.cast(tf.shape(example["label_map"]), tf.float32))
    angle = degrees * (math.pi / 180)
    cos, sin = tf.cos(angle), tf.sin(angle)
    middle_x, middle_y = (columns - 1) / 2, (rows - 1) / 2
    # Output pixel (x, y) reads input pixel (cos x - sin y + a, sin x + cos y + b).
    zero = tf.zeros([])
    a = middle_x - cos * middle_x + sin * middle_y
    b = middle_y - sin * middle_x - cos * middle_y
    transform = tf.stack([cos, -sin, a, sin, cos, b, zero, zero])
    outside = {"label_map": dont_care or 0, "instance_map": 0, "image": 0}
    rotated = {}
    for key, value in example.items():
        photograph = key == "image"
        mirrored = photograph or dont_care is None
        pixels = tf.cast(value if photograph else value[..., None], tf.float32)
        turned = tf.raw_ops.ImageProjectiveTransformV3(
            images=pixels[None],
            transforms=transform[None],
            output_shape=tf.shape(pixels)[:2],
            interpolation="BILINEAR" if photograph else "NEAREST",
            fill_mode="REFLECT" if mirrored else "CONSTANT",
            fill_value=float(outside[key]),
        )[0]
        turned = tf.cast(tf.round(turned), value.dtype)
        rotated[key] = turned if photograph else turned[..., 0]
    return rotated
