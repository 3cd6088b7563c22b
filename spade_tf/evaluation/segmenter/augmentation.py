"""Training images varied in colour and scale: the images to be judged are not photographs."""

from typing import Any

import tensorflow as tf

from spade_tf.evaluation.file_ids import IGNORED

Tensor = Any

BRIGHTNESS, CONTRAST, SATURATION, TINT = 0.2, 0.3, 0.4, 0.1
SCALES = (0.7, 1.6)


def vary(image: Tensor, label_map: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
    """Images with other colours and scales, and their labels.

    Args:
      image: [batch, height, width, 3] float32, -1..1.
      label_map: [batch, height, width] int32.
      seed: two integers; the same give the same result.

    Returns: as given in; labels are IGNORED where there is no image.
    """
    colors, zooms = tf.unstack(tf.random.split(seed, 2))
    return zoom(jitter_colors(image, colors), label_map, zooms)


def jitter_colors(image: Tensor, seed: Tensor) -> Tensor:
    """Brightness, contrast, saturation and tint of each image changed a little.

    Args:
      image: [batch, height, width, 3] float32, -1..1.
      seed: two integers.
    """
    uniform = tf.random.stateless_uniform([tf.shape(image)[0], 1, 1, 6], seed, -1.0, 1.0)
    brightness, contrast, saturation, tint = tf.split(uniform, [1, 1, 1, 3], axis=-1)
    grey = tf.reduce_mean(image, axis=-1, keepdims=True)
    image = grey + (1 + SATURATION * saturation) * (image - grey)
    mean = tf.reduce_mean(image, axis=(1, 2, 3), keepdims=True)
    image = mean + (1 + CONTRAST * contrast) * (image - mean)
    return tf.clip_by_value(image + BRIGHTNESS * brightness + TINT * tint, -1.0, 1.0)


def zoom(image: Tensor, label_map: Tensor, seed: Tensor) -> tuple[Tensor, Tensor]:
    """Each image and its labels enlarged or made smaller around a random place.

    Images are bilinear, labels those of the nearest pixel. What lies beyond the image is grey and
    its label IGNORED.

    Args:
      image: [batch, height, width, 3] float32.
      label_map: [batch, height, width] int32.
      seed: two integers.
    """
    batch, height, width = tf.unstack(tf.shape(label_map))
    uniform = tf.random.stateless_uniform([3, batch], seed)
    seen = 1 / (SCALES[0] * (SCALES[1] / SCALES[0]) ** uniform[0])  # share of the sides
    top, left = uniform[1] * (1 - seen), uniform[2] * (1 - seen)
    boxes = tf.stack([top, left, top + seen, left + seen], axis=-1)
    arguments = {"boxes": boxes, "box_indices": tf.range(batch), "crop_size": [height, width]}
    image = tf.image.crop_and_resize(image, **arguments)
    labels = tf.cast(label_map, tf.float32)[..., tf.newaxis]
    labels = tf.image.crop_and_resize(
        labels, **arguments, method="nearest", extrapolation_value=float(IGNORED)
    )
    return image, tf.cast(labels[..., 0], tf.int32)
