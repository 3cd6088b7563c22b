"""From a segmentation network's score maps to classes, as each of the three projects does it."""

from collections.abc import Sequence

import numpy as np

from spade_tf.evaluation.resize import resize_bilinear


def cocostuff_prediction(logits: np.ndarray, height: int, width: int) -> np.ndarray:
    """Logits resized to the label map, largest class.

    Args:
      logits: [batch, height, width, classes].
      height, width: of the label map.

    Returns: [batch, height, width] int32.
    """
    return _largest(resize_bilinear(logits, height, width))


def ade20k_prediction(logits: Sequence[np.ndarray], height: int, width: int) -> np.ndarray:
    """Largest class of the mean probability of one image at several sizes.

    Args:
      logits: one [batch, height, width, classes] for each size at which the images were seen.
      height, width: of the label map.

    Returns: [batch, height, width] int32.
    """
    return _largest(sum(softmax(resize_bilinear(one, height, width)) for one in logits))


def cityscapes_prediction(
    log_probabilities: Sequence[np.ndarray], height: int, width: int
) -> np.ndarray:
    """Largest class of the sum of log-probabilities, resized as Pillow does (with anti-aliasing).

    Args:
      log_probabilities: one [batch, height, width, classes] for each size at which the images were
        seen; usually one, of the label map's size, which is then taken as it is.
      height, width: of the label map.

    Returns: [batch, height, width] int32.
    """
    maps = (resize_bilinear(one, height, width, antialias=True) for one in log_probabilities)
    return _largest(sum(maps))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _largest(scores: np.ndarray) -> np.ndarray:
    return scores.argmax(axis=-1).astype(np.int32)
