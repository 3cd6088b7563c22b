"""From a source of images to the values of metrics."""

import dataclasses
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.evaluation import feature_networks, segmentation_scores
from spade_tf.evaluation.confusion import Confusion
from spade_tf.evaluation.examples import Examples
from spade_tf.evaluation.feature_networks import FeatureNetwork
from spade_tf.evaluation.frechet import frechet_distance
from spade_tf.evaluation.image_pass import SavedPass, look_at_all
from spade_tf.evaluation.image_sources import ImageSource
from spade_tf.evaluation.kid import kernel_distance
from spade_tf.evaluation.metrics import ERROR, Metric
from spade_tf.evaluation.references import reference
from spade_tf.evaluation.scorers import DiversityScorer, FeatureScorer, Scorer, SegmentationScorer
from spade_tf.evaluation.segmentation import Segmentation, find_segmentation


@dataclasses.dataclass(frozen=True)
class Value:
    """What a metric came to.

    Attributes:
      metric: which.
      value: in the metric's unit.
      details: further numbers, such as each class's IoU.
      protocol: the metric's, with what the data set adds to it.
      weights: SHA-256 of the files of the networks that took part.
    """

    metric: Metric
    value: float
    details: Mapping[str, Any]
    protocol: Mapping[str, Any]
    weights: Mapping[str, str]


class Evaluator:
    """Loads the networks that some metrics need, and scores sources with them.

    Args:
      config: of the data set.
      metrics: to compute.
      segmenter: folder of our own segmentation network, in place of the published one.
      weights: places of weight files by the network's name; the others are looked for.
      limit: of images, the first ones; 0 = all.
      batch_size: images at a time.

    Raises:
      UserError: weights are missing (says where to get them), or no validation images.
    """

    def __init__(
        self,
        config: Config,
        metrics: Sequence[Metric],
        *,
        segmenter: pathlib.Path | None = None,
        weights: Mapping[str, pathlib.Path] | None = None,
        limit: int = 0,
        batch_size: int = 4,
    ):
        self.config, self.metrics, self.limit = config, list(metrics), limit
        self.batch_size = batch_size
        self.examples = Examples(config, "val", limit)
        for metric in metrics:
            check_count(metric, self.examples.count)
        weights = weights or {}
        wanted = {metric.protocol.get("network") for metric in metrics}
        self.segmentation: Segmentation | None = None
        if "segmenter" in wanted or any(m.measure == "segmentation" for m in metrics):
            self.segmentation = find_segmentation(config, segmenter, weights)
        self._networks: dict[str, FeatureNetwork] = {}
        if "inception_fid" in wanted:
            place = weights.get("inception_fid")
            self._networks["inception_fid"] = feature_networks.inception_fid(place)
        if "inception_keras" in wanted:
            place = weights.get("inception_keras")
            self._networks["inception_keras"] = feature_networks.inception_keras(place)
        if "segmenter" in wanted and self.segmentation:
            self._networks["segmenter"] = feature_networks.of_segmenter(self.segmentation)
        self._layers = _vgg19(weights.get("vgg19")) if "vgg19" in wanted else None
        self.confusion: Confusion | None = None

    def evaluate(self, source: ImageSource, progress: pathlib.Path, seed: int = 0) -> list[Value]:
        """The metrics' values of a source, in order.

        Args:
          source: of the images.
          progress: folder for what is done so far; gone when all is done.
          seed: of the styles.

        Raises:
          UserError: too few images, or interrupted; the same call goes on.
        """
        references = {
            (name, split): self._reference(name, split, keep)
            for (name, split), keep in self._references_needed().items()
        }
        scorers = self._scorers(source)
        subject = {
            "source": dict(source.identity),
            "names": self.examples.checksum(),
            "files": self.examples.fingerprint(),
            "scorers": {name: self._subject(scorer) for name, scorer in scorers.items()},
            "seed": seed,
        }
        saved = SavedPass(progress, subject)
        looked_at = list(scorers.values())
        look_at_all(self.examples, source, looked_at, saved, seed=seed, batch_size=self.batch_size)
        if "segmentation" in scorers:
            self.confusion = scorers["segmentation"].confusion
        values = [self._value(metric, scorers, references) for metric in self.metrics]
        saved.clear()
        return values

    def _references_needed(self) -> dict[tuple[str, str], bool]:
        """Network and split of each reference, and whether its features are kept."""
        needed: dict[tuple[str, str], bool] = {}
        for metric in self.metrics:
            if metric.measure in ("frechet", "kernel"):
                key = (metric.protocol["network"], metric.protocol["reference_split"])
                needed[key] = needed.get(key, False) or metric.measure == "kernel"
        return needed

    def _reference(self, name: str, split: str, keep: bool) -> FeatureScorer:
        return reference(
            self.config,
            split,
            self._networks[name],
            keep=keep,
            limit=self.limit if split == "val" else 0,
            batch_size=self.batch_size,
        )

    def _scorers(self, source: ImageSource) -> dict[str, Any]:
        scorers: dict[str, Any] = {}
        if self.segmentation and any(m.measure == "segmentation" for m in self.metrics):
            scorers["segmentation"] = SegmentationScorer(self.segmentation)
        for metric in self.metrics:
            name = metric.protocol.get("network", "")
            if metric.measure in ("frechet", "kernel"):
                keep = metric.measure == "kernel" or getattr(scorers.get(name), "keep", False)
                scorers[name] = FeatureScorer(self._networks[name], keep)
            elif metric.measure == "diversity":
                if not source.has_styles or self._layers is None:
                    raise UserError(
                        f"{metric.name} compares styles of one layout, but {source.identity} has "
                        "none; leave it out, or give a model with model.latent_dim > 0"
                    )
                fixed = {key: metric.protocol[key] for key in ("layouts", "samples", "seed")}
                scorers["diversity"] = DiversityScorer(source.images, self._layers, **fixed)
        return scorers

    def _subject(self, scorer: Scorer) -> dict[str, Any]:
        """What a saved scorer depends on."""
        if isinstance(scorer, SegmentationScorer):
            return dict(scorer.segmentation.weights)
        if isinstance(scorer, FeatureScorer):
            return {**scorer.network.weights, "keep": scorer.keep}
        return {}

    def _value(
        self,
        metric: Metric,
        scorers: Mapping[str, Any],
        references: Mapping[tuple[str, str], FeatureScorer],
    ) -> Value:
        protocol = dict(metric.protocol)
        if metric.measure == "segmentation":
            return self._segmentation_value(metric, protocol)
        if metric.measure == "diversity":
            values = scorers["diversity"].values
            spread = {"std": float(np.std(values)), "num_layouts": len(values)}
            return Value(metric, scorers["diversity"].mean(), spread, protocol, {})
        name = metric.protocol["network"]
        own, other = scorers[name], references[name, metric.protocol["reference_split"]]
        protocol |= {"network": own.network.name, "num_reference": other.statistics.count}
        details: dict[str, Any] = {"num_images": own.statistics.count}
        if metric.measure == "frechet":
            value = frechet_distance(own.statistics, other.statistics)
            if own.statistics.is_rank_deficient:
                details["warning"] = (
                    f"{own.statistics.count} images do not span {own.network.width} features: "
                    "compare only with as many images"
                )
        else:
            fixed = {key: metric.protocol[key] for key in ("num_subsets", "subset_size", "seed")}
            distance = kernel_distance(own.features, other.features, **fixed)
            value, details["std"] = distance.mean, distance.std
        return Value(metric, value, details, protocol, own.network.weights)

    def _segmentation_value(self, metric: Metric, protocol: dict[str, Any]) -> Value:
        segmentation, confusion = self.segmentation, self.confusion
        assert segmentation and confusion
        rule = segmentation_scores.RULES[segmentation.rule]
        scores = rule(confusion, count_ignored=metric.protocol["pixels_without_label"] == ERROR)
        names = segmentation.class_names
        per_class = {
            name: None if np.isnan(iou) else 100 * float(iou)
            for name, iou in zip(names, scores.class_iou, strict=True)
        }
        data = self.config.data
        protocol |= {
            "network": segmentation.name,
            "rule": segmentation.rule,
            "image_size": [data.height, data.width],
            "label_size": [data.height, data.width],
            **segmentation.protocol,
        }
        details: dict[str, Any] = {"num_images": confusion.num_images}
        if metric.protocol["score"] == "miou":
            details["per_class"] = per_class
        value = 100 * getattr(scores, metric.protocol["score"])
        return Value(metric, value, details, protocol, segmentation.weights)


def check_count(metric: Metric, count: int) -> None:
    """Refuses a metric that needs more images than there are."""
    least = {"frechet": 2, "kernel": metric.protocol.get("subset_size", 2)}.get(metric.measure, 1)
    if count < least:
        raise UserError(f"{metric.name} needs {least} images or more, but there are {count}")


def _vgg19(place: pathlib.Path | None) -> Callable[[np.ndarray], list[np.ndarray]]:
    """VGG19's five feature maps of images."""
    import tensorflow as tf

    from spade_tf.models.perceptual_network import build_perceptual_network, load_perceptual_weights

    network = build_perceptual_network()
    load_perceptual_weights(network, str(place) if place else "imagenet")
    compiled = tf.function(network, reduce_retracing=True)
    return lambda images: [layer.numpy() for layer in compiled(images)]
