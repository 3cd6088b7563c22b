"""How much a model's samples of one layout differ: mean pairwise distance, LPIPS-style."""

import itertools
from collections.abc import Sequence

import numpy as np

from spade_tf.errors import UserError

TINY = 1e-10
"""Keeps a feature vector of zeros from dividing by zero."""


def mean_pairwise_distance(
    features: Sequence[np.ndarray], channel_weights: Sequence[np.ndarray] | None = None
) -> float:
    """Mean over all pairs of samples of their perceptual distance (Zhu et al., 2017).

    Args:
      features: of each tapped layer of some network the maps of all samples of one layout,
        [samples, height, width, channels]; two samples or more.
      channel_weights: of each layer [channels], 0 or more; none weighs all channels 1.

    Returns: 0 (all samples alike) or more.

    Raises:
      UserError: fewer than two samples, or layers that do not match.
    """
    counts = {len(layer) for layer in features}
    if len(counts) != 1 or min(counts) < 2:
        raise UserError(f"layers of {sorted(counts)} samples; give two or more, all layers alike")
    if channel_weights is None:
        channel_weights = [np.ones(layer.shape[-1]) for layer in features]
    expected, given = [x.shape[-1] for x in features], [np.size(x) for x in channel_weights]
    if expected != given:
        raise UserError(f"channel_weights for {given} channels, expected {expected}")
    directions = [unit_vectors(layer) for layer in features]
    pairs = itertools.combinations(range(counts.pop()), 2)
    return float(
        np.mean(
            [
                sum(
                    ((layer[a] - layer[b]) ** 2 @ weights).mean()
                    for layer, weights in zip(directions, channel_weights, strict=True)
                )
                for a, b in pairs
            ]
        )
    )


def unit_vectors(layer: np.ndarray) -> np.ndarray:
    """Features scaled to length 1 at each pixel (Zhang et al., 2018, section 3), float64."""
    layer = np.asarray(layer, np.float64)
    return layer / (np.linalg.norm(layer, axis=-1, keepdims=True) + TINY)
