"""Frechet distance of two sets of features, each taken as one normal distribution."""

import warnings

import numpy as np

from spade_tf.errors import UserError
from spade_tf.evaluation.streaming import FeatureStatistics

OFFSET = 1e-6
"""Added to both diagonals where the product of the covariances has no finite root."""

IMAGINARY_LIMIT = 1e-3
"""Rounding of a singular product makes its root complex; up to this the real part is kept."""


def frechet_distance(first: FeatureStatistics, second: FeatureStatistics) -> float:
    """FID (Heusel et al., 2017), if the features are those of FID's Inception.

    Args:
      first, second: the order does not matter; each of two images or more.

    Returns: 0 or more; a set against itself gives 0 up to rounding, which may be below 0.

    Raises:
      UserError: fewer than two images, different features, or no usable square root.
    """
    return gaussian_distance(first.mean, first.covariance, second.mean, second.covariance)


def gaussian_distance(
    mean1: np.ndarray, covariance1: np.ndarray, mean2: np.ndarray, covariance2: np.ndarray
) -> float:
    """|m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2) (Dowson and Landau, 1982).

    Follows the rules of pytorch-fid for singular products, so that figures can be compared.

    Args:
      mean1, mean2: [features] float64.
      covariance1, covariance2: [features, features] float64.

    Raises:
      UserError: shapes differ, a number is not finite, or the square root is not.
    """
    size = len(mean1)
    for name, array, shape in (
        ("mean", mean1, (size,)),
        ("mean", mean2, (size,)),
        ("covariance", covariance1, (size, size)),
        ("covariance", covariance2, (size, size)),
    ):
        if np.shape(array) != shape:
            raise UserError(
                f"a {name} has shape {list(np.shape(array))}, expected {list(shape)}; "
                "use one feature network for both sets"
            )
        if not np.isfinite(array).all():
            raise UserError(f"a {name} is not finite; look for broken images or weights")
    shift = np.subtract(mean1, mean2)
    traces = np.trace(covariance1) + np.trace(covariance2)
    return float(shift @ shift + traces - 2 * trace_of_root(covariance1, covariance2))


def trace_of_root(covariance1: np.ndarray, covariance2: np.ndarray) -> float:
    """Trace of the square root of the covariances' product.

    Raises:
      UserError: no finite root even with the offset, or one that is not real.
    """
    root = _square_root(covariance1 @ covariance2)
    if not np.isfinite(root).all():
        offset = OFFSET * np.eye(len(covariance1))
        root = _square_root((covariance1 + offset) @ (covariance2 + offset))
        if not np.isfinite(root).all():
            raise UserError("the covariances' product has no finite square root; give more images")
    imaginary = np.abs(np.diagonal(root).imag).max()
    if imaginary > IMAGINARY_LIMIT:
        raise UserError(
            f"the square root of the covariances' product is not real (imaginary part "
            f"{imaginary:.3g}, at most {IMAGINARY_LIMIT}); give more images"
        )
    return float(np.trace(root).real)


def _square_root(matrix: np.ndarray) -> np.ndarray:
    """SciPy's root without its warnings of singular matrices, which are expected here."""
    from scipy import linalg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", linalg.LinAlgWarning)
        return linalg.sqrtm(matrix)
