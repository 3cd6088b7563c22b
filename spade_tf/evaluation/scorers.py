"""What looks at every image once and can be saved in between: confusions and features."""

import pathlib
from collections.abc import Callable
from typing import Protocol

import numpy as np

from spade_tf.errors import UserError
from spade_tf.evaluation.arrays import read_arrays, write_arrays
from spade_tf.evaluation.confusion import Confusion
from spade_tf.evaluation.diversity import mean_pairwise_distance
from spade_tf.evaluation.examples import Batch
from spade_tf.evaluation.feature_networks import FeatureNetwork
from spade_tf.evaluation.segmentation import Segmentation
from spade_tf.evaluation.streaming import FeatureStatistics


class Scorer(Protocol):
    """Gathers what a metric is computed from."""

    name: str

    def update(self, batch: Batch, images: np.ndarray) -> None:
        """Takes in the images, uint8 [batch, height, width, 3], of a batch."""

    def save(self, folder: pathlib.Path) -> None:
        """Writes what was gathered so far."""

    def load(self, folder: pathlib.Path) -> None:
        """Goes on with what `save` wrote."""


class SegmentationScorer:
    """What the images show against what their layouts asked for."""

    name = "segmentation"

    def __init__(self, segmentation: Segmentation):
        self.segmentation = segmentation
        self.confusion = Confusion(len(segmentation.class_names))

    def update(self, batch: Batch, images: np.ndarray) -> None:
        truth = self.segmentation.truth(batch.inputs["label_map"])
        for one_truth, image in zip(truth, images, strict=True):  # score maps are large
            self.confusion.update(one_truth, self.segmentation.predict(image[np.newaxis])[0])

    def save(self, folder: pathlib.Path) -> None:
        self.confusion.save(folder / "confusion.npz")

    def load(self, folder: pathlib.Path) -> None:
        self.confusion = Confusion.load(folder / "confusion.npz")


class FeatureScorer:
    """Mean and covariance of the images' features; the features themselves only if asked for.

    Args:
      network: that makes the features.
      keep: whether each image's features are kept, 8 KiB an image; `kid` needs them.
    """

    def __init__(self, network: FeatureNetwork, keep: bool = False):
        self.network, self.keep = network, keep
        self.name = f"features_{network.name}"
        self.statistics = FeatureStatistics(network.width)
        self._kept: list[np.ndarray] = []

    @property
    def features(self) -> np.ndarray:
        """[images, features] float32 of all images so far.

        Raises:
          ValueError: they were not kept.
        """
        if not self.keep:
            raise ValueError("features were not kept; make the scorer with keep=True")
        return np.concatenate([np.zeros((0, self.network.width), np.float32), *self._kept])

    def update(self, batch: Batch, images: np.ndarray) -> None:
        features = self.network.features(images)
        self.statistics.update(features)
        if self.keep:
            self._kept.append(features.astype(np.float32))

    def save(self, folder: pathlib.Path) -> None:
        self.statistics.save(folder / f"{self.name}.npz")
        if self.keep:
            write_arrays(folder / f"{self.name}_kept.npz", {"features": self.features})

    def load(self, folder: pathlib.Path) -> None:
        self.statistics = FeatureStatistics.load(folder / f"{self.name}.npz")
        if self.keep:
            path = folder / f"{self.name}_kept.npz"
            self._kept = [read_arrays(path, ["features"], "features of images")["features"]]


class DiversityScorer:
    """How much several styles of one layout differ, for the first layouts.

    Args:
      paint: (batch, seed) -> images, of a model with styles.
      layers: float32 images of -1..1 [batch, height, width, 3] -> feature maps of some layers.
      layouts, samples, seed: as the metric fixes them.
    """

    name = "diversity"

    def __init__(
        self,
        paint: Callable[[Batch, int], np.ndarray],
        layers: Callable[[np.ndarray], list[np.ndarray]],
        layouts: int,
        samples: int,
        seed: int,
    ):
        self._paint, self._layers = paint, layers
        self._layouts, self._samples, self._seed = layouts, samples, seed
        self.values: list[float] = []

    def update(self, batch: Batch, images: np.ndarray) -> None:
        wanted = sum(number < self._layouts for number in batch.numbers)
        if not wanted:
            return
        seeds = range(self._seed + 1, self._seed + 1 + self._samples)
        samples = np.stack([self._paint(batch, seed)[:wanted] for seed in seeds], axis=1)
        for of_layout in samples:
            layers = self._layers(of_layout.astype(np.float32) / 127.5 - 1.0)
            self.values.append(mean_pairwise_distance(layers))

    def save(self, folder: pathlib.Path) -> None:
        write_arrays(folder / "diversity.npz", {"values": np.array(self.values)})

    def load(self, folder: pathlib.Path) -> None:
        arrays = read_arrays(folder / "diversity.npz", ["values"], "distances of samples")
        self.values = arrays["values"].tolist()

    def mean(self) -> float:
        """Over the layouts. Raises UserError without any."""
        if not self.values:
            raise UserError("no layouts to measure diversity on; give at least one")
        return float(np.mean(self.values))
