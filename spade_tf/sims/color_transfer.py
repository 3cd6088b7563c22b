"""Colour statistics of one set of pixels given to another: Monge-Kantorovich, in closed form."""

import numpy as np

SMALLEST_VARIANCE = 1.0
"""Added to each channel's, in grey levels squared, so that grey sets can be transferred too."""


def transfer_colors(pixels: np.ndarray, target: np.ndarray) -> np.ndarray:
    """`pixels` moved linearly so that mean and covariance become those of `target`.

    x -> T (x - mean) + target mean with T = A^-1/2 (A^1/2 B A^1/2)^1/2 A^-1/2, A and B being the
    covariances: of all such maps the one that changes colours least (Pitie & Kokaram 2007, The
    linear Monge-Kantorovitch linear colour mapping).

    Args:
      pixels, target: uint8 [count, 3], of any two counts above 0.

    Returns: uint8, as `pixels`, clipped to 0..255.
    """
    a, b = (np.cov(x.T, bias=True) + SMALLEST_VARIANCE * np.eye(3) for x in (pixels, target))
    root = _power(a, 0.5)
    inverse_root = _power(a, -0.5)
    transform = inverse_root @ _power(root @ b @ root, 0.5) @ inverse_root
    moved = (pixels - pixels.mean(axis=0)) @ transform.T + target.mean(axis=0)
    return np.clip(np.rint(moved), 0, 255).astype(np.uint8)


def _power(matrix: np.ndarray, exponent: float) -> np.ndarray:
    """A power of a symmetric positive matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 1e-12) ** exponent) @ vectors.T
