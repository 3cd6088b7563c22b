"""Mean and covariance of features, batch by batch: memory does not grow with the images."""

import pathlib

import numpy as np

from spade_tf.errors import UserError
from spade_tf.evaluation.arrays import read_arrays, write_arrays

KEYS = ("count", "mean", "scatter")


class FeatureStatistics:
    """Mean and covariance in float64 of all features given so far.

    Batches enter by the pairwise update of Chan, Golub and LeVeque (1983), which subtracts no
    large numbers from each other: the result does not depend on how the images were batched.
    2,048 features take 32 MiB, however many images there are.

    Attributes:
      count: images so far; with images in a fixed order, where to resume.
      mean: [features] float64.
      scatter: [features, features] float64, the sum of the outer products of the deviations.
    """

    def __init__(self, num_features: int):
        self.count = 0
        self.mean = np.zeros(num_features)
        self.scatter = np.zeros((num_features, num_features))

    @property
    def num_features(self) -> int:
        return len(self.mean)

    @property
    def covariance(self) -> np.ndarray:
        """[features, features] float64, unbiased: divided by count - 1.

        Raises:
          UserError: fewer than two images.
        """
        if self.count < 2:
            raise UserError(f"{self.count} image(s) have no covariance; give at least 2")
        return self.scatter / (self.count - 1)

    @property
    def is_rank_deficient(self) -> bool:
        """Too few images to span the features: distances are then far too large to compare."""
        return self.count <= self.num_features

    def update(self, features: np.ndarray) -> None:
        """Adds a batch.

        Args:
          features: [batch, features], any float type; an empty batch changes nothing.

        Raises:
          UserError: of another width, or not finite.
        """
        features = np.asarray(features, np.float64)
        if features.ndim != 2 or features.shape[1] != self.num_features:
            expected = f"[batch, {self.num_features}]"
            raise UserError(f"features have shape {list(features.shape)}, expected {expected}")
        broken = np.flatnonzero(~np.isfinite(features).all(axis=1))
        if broken.size:
            number = self.count + broken[0]
            raise UserError(f"the features of image {number} (counted from 0) are not finite")
        if len(features):
            mean = features.mean(axis=0)
            deviations = features - mean
            self._combine(len(features), mean, deviations.T @ deviations)

    def merge(self, other: "FeatureStatistics") -> None:
        """Adds what another worker has seen.

        Raises:
          UserError: of features of another width.
        """
        if other.num_features != self.num_features:
            raise UserError(
                f"statistics of {self.num_features} and of {other.num_features} features cannot be "
                "merged; use one feature network for both"
            )
        if other.count:
            self._combine(other.count, other.mean, other.scatter)

    def _combine(self, count: int, mean: np.ndarray, scatter: np.ndarray) -> None:
        total = self.count + count
        shift = mean - self.mean
        self.scatter += scatter + np.outer(shift, shift) * (self.count * count / total)
        self.mean += shift * (count / total)
        self.count = total

    def save(self, path: pathlib.Path) -> None:
        """Writes an .npz, whole or not at all."""
        write_arrays(path, {"count": self.count, "mean": self.mean, "scatter": self.scatter})

    @classmethod
    def load(cls, path: pathlib.Path) -> "FeatureStatistics":
        """What `save` wrote, to go on with.

        Raises:
          UserError: no such file, or a file of something else.
        """
        arrays = read_arrays(path, KEYS, "feature statistics")
        statistics = cls(len(arrays["mean"]))
        statistics.count = int(arrays["count"])
        statistics.mean, statistics.scatter = arrays["mean"], arrays["scatter"]
        return statistics
