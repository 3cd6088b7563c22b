"""Clusters of the features of instances, from which pix2pixHD paints without photographs."""

from typing import Any

import numpy as np
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data.pipeline import make_dataset
from spade_tf.training.trainer import Trainer

IMAGES = 200
"""Most training images whose instances are clustered."""

ROUNDS = 30
"""Most rounds of k-means."""


class FeatureClusterer:
    """Keeps a generator's clusters in step with its encoder; for other models it does nothing.

    k-means over the instances of the first training images, for each label (pix2pixHD, Wang et al.
    2018, section 3.4). Nothing in it is random.

    Args:
        config: the experiment.
        trainer: whose generator gets the clusters.
        num_images: size of the training set.
    """

    def __init__(self, config: Config, trainer: Trainer, num_images: int):
        self.config = config
        self.trainer = trainer
        self.num_images = min(num_images, IMAGES)
        self._step: int | None = None
        self._encode: Any = tf.function(trainer.encoder) if config.has_features else None

    def update(self, step: int) -> None:
        """Clusters anew, unless that was done at this step."""
        if not self._encode or step == self._step:
            return
        self._step = step
        clusters = self.trainer.generator.clusters
        centres = np.zeros(clusters.centres.shape, np.float32)
        for label, points in self._features_by_label().items():
            first = label * clusters.num_clusters
            centres[first : first + clusters.num_clusters] = k_means(points, clusters.num_clusters)
        clusters.centres.assign(centres)

    def _features_by_label(self) -> dict[int, np.ndarray]:
        """For each label the features `[instances, channels]` of its instances."""
        found: dict[int, list[np.ndarray]] = {}
        dataset = make_dataset(self.config, "train", 1).take(self.num_images)
        for batch in dataset:
            features = self._encode(batch, training=False).numpy()[0]
            labels, instances = batch["label_map"].numpy()[0], batch["instance_map"].numpy()[0]
            pairs = np.stack([labels.ravel(), instances.ravel()], axis=1)
            distinct, places = np.unique(pairs, axis=0, return_index=True)
            rows = features.reshape(-1, features.shape[-1])
            for (label, _), place in zip(distinct, places, strict=True):
                found.setdefault(int(label), []).append(rows[place])
        return {label: np.stack(points) for label, points in found.items()}


def k_means(points: np.ndarray, count: int) -> np.ndarray:
    """Centres `[count, channels]` of clusters of points `[n, channels]`, by Lloyd's algorithm.

    It begins with the point nearest to the mean, then each time with that farthest from all before.
    Fewer distinct points than `count` are centres themselves, the last of them more than once.
    """
    points = points.astype(np.float64)
    start = int(np.argmin(squared_distances(points, points.mean(axis=0, keepdims=True))))
    chosen = [start]
    while len(chosen) < count:
        chosen.append(int(np.argmax(squared_distances(points, points[chosen]).min(axis=1))))
    centres = points[chosen]
    for _ in range(ROUNDS):
        nearest = squared_distances(points, centres).argmin(axis=1)
        moved = np.stack(
            [
                points[nearest == k].mean(axis=0) if (nearest == k).any() else centre
                for k, centre in enumerate(centres)
            ]
        )
        if np.array_equal(moved, centres):
            break
        centres = moved
    return centres.astype(np.float32)


def squared_distances(points: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Of every point to every centre, `[points, centres]`."""
    return np.square(points[:, np.newaxis] - centres[np.newaxis]).sum(axis=-1)
