"""Kernel Inception distance: unlike FID it is unbiased, so it serves few images too."""

import dataclasses

import numpy as np

from spade_tf.errors import UserError


@dataclasses.dataclass(frozen=True)
class KernelDistance:
    """Mean and standard deviation over the subsets; the deviation is of one subset's value."""

    mean: float
    std: float


def kernel_distance(
    first: np.ndarray,
    second: np.ndarray,
    *,
    num_subsets: int = 100,
    subset_size: int = 1000,
    seed: int = 0,
) -> KernelDistance:
    """KID (Binkowski et al., 2018), if the features are those of FID's Inception.

    Args:
      first, second: [images, features] of any float type.
      num_subsets, subset_size: the paper's are 100 of 1,000 images, drawn without repetition.
      seed: of the draw; the same seed gives the same value.

    Raises:
      UserError: fewer images than a subset, or features of different width or not finite.
    """
    first, second = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if first.ndim != 2 or second.ndim != 2 or first.shape[1] != second.shape[1]:
        raise UserError(
            f"features of shapes {list(first.shape)} and {list(second.shape)}, expected "
            "[images, features] from one feature network"
        )
    fewest = min(len(first), len(second))
    if not 2 <= subset_size <= fewest:
        raise UserError(f"subset_size={subset_size}: expected 2 to {fewest}, the smaller set")
    if num_subsets < 1:
        raise UserError(f"num_subsets={num_subsets}: expected at least 1")
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise UserError("features are not finite; look for broken images or weights")
    rng = np.random.default_rng(seed)
    values = [
        squared_discrepancy(
            first[rng.choice(len(first), subset_size, replace=False)],
            second[rng.choice(len(second), subset_size, replace=False)],
        )
        for _ in range(num_subsets)
    ]
    return KernelDistance(float(np.mean(values)), float(np.std(values)))


def squared_discrepancy(x: np.ndarray, y: np.ndarray) -> float:
    """Unbiased squared maximum mean discrepancy (Gretton et al., 2012, eq. 3); may be below 0.

    Args:
      x, y: [images, features] float64, as many images in each, at least two.
    """
    count = len(x)
    pairs = count * (count - 1)
    within_x, within_y = polynomial_kernel(x, x), polynomial_kernel(y, y)
    within = within_x.sum() - np.trace(within_x) + within_y.sum() - np.trace(within_y)
    return float(within / pairs - 2 * polynomial_kernel(x, y).mean())


def polynomial_kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(x . y / features + 1)^3 of every pair, [images of x, images of y]."""
    return (x @ y.T / x.shape[1] + 1) ** 3
