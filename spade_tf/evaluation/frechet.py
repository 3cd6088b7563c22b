"""Frechet distance of two sets of features, each taken as one normal distribution."""

import numpy as np

from spade_tf.errors import UserError
from spade_tf.evaluation.streaming import FeatureStatistics


def frechet_distance(first: FeatureStatistics, second: FeatureStatistics) -> float:
    """FID (Heusel et al., 2017), if the features are those of FID's Inception.

    Args:
      first, second: the order does not matter; each of two images or more.

    Returns: 0 or more; a set against itself gives 0 up to rounding, which may be below 0.

    Raises:
      UserError: fewer than two images, or different features.
    """
    return gaussian_distance(first.mean, first.covariance, second.mean, second.covariance)


def gaussian_distance(
    mean1: np.ndarray, covariance1: np.ndarray, mean2: np.ndarray, covariance2: np.ndarray
) -> float:
    """|m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2) (Dowson and Landau, 1982).

    Args:
      mean1, mean2: [features] float64.
      covariance1, covariance2: [features, features] float64.

    Raises:
      UserError: shapes differ, or a number is not finite.
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

    S1 S2 has the eigenvalues of S1^(1/2) S2 S1^(1/2), which is symmetric: no complex numbers, no
    trouble with singular covariances, and several times faster than a root of the product, which
    pytorch-fid takes. With 2,048 features both give the same to 1e-7.
    """
    from scipy import linalg

    values, vectors = linalg.eigh(covariance1)
    root = vectors * np.sqrt(values.clip(0))
    return float(np.sqrt(linalg.eigvalsh(root.T @ covariance2 @ root).clip(0)).sum())
