"""The metrics: a name fixes everything that a number depends on but the images."""

import dataclasses
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

from spade_tf.errors import UserError

IGNORED, ERROR = "ignored", "counted as errors"


@dataclasses.dataclass(frozen=True)
class Metric:
    """One number, and how it comes about.

    Attributes:
      name: as on the command line.
      version: goes up whenever the number for the same images may change.
      measure: `segmentation`, `frechet`, `kernel` or `diversity`; what computes it.
      unit: of the value.
      higher_is_better: whether images with a higher value are better ones.
      text: one line for people.
      protocol: all that is fixed; written beside every result.
    """

    name: str
    version: int
    measure: str
    unit: str
    higher_is_better: bool
    text: str
    protocol: Mapping[str, Any]


def _segmentation(name: str, score: str, text: str, dont_care: str = IGNORED) -> Metric:
    protocol = {"score": score, "pixels_without_label": dont_care}
    return Metric(name, 1, "segmentation", "%", True, text, protocol)


def _frechet(name: str, network: str, reference: str, text: str) -> Metric:
    protocol = {
        "network": network,
        "reference": "photographs",
        "reference_split": reference,
        "covariance": "unbiased, float64",
    }
    return Metric(name, 1, "frechet", "distance", False, text, protocol)


def _kernel(name: str, subset_size: int, text: str) -> Metric:
    protocol = {
        "network": "inception_fid",
        "reference": "photographs",
        "reference_split": "val",
        "num_subsets": 100,
        "subset_size": subset_size,
        "seed": 0,
    }
    return Metric(name, 1, "kernel", "distance", False, text, protocol)


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        _segmentation("miou", "miou", "mean intersection over union, by the segmenter's own rule"),
        _segmentation("accuracy", "accuracy", "share of labelled pixels that are recognised"),
        _segmentation(
            "miou_with_dont_care", "miou", "as miou; unlabelled pixels are errors", ERROR
        ),
        _segmentation(
            "accuracy_with_dont_care",
            "accuracy",
            "as accuracy; unlabelled pixels are errors",
            ERROR,
        ),
        _segmentation("mean_accuracy", "mean_accuracy", "mean over the classes of their accuracy"),
        _segmentation(
            "frequency_weighted_iou",
            "frequency_weighted_iou",
            "IoU weighted by the classes' pixels",
        ),
        _frechet("fid", "inception_fid", "val", "Frechet Inception distance, as the SPADE paper"),
        _frechet("fid_train", "inception_fid", "train", "FID to the training photographs (CLADE)"),
        _frechet(
            "frechet_keras_inception",
            "inception_keras",
            "val",
            "Frechet distance with Keras' InceptionV3: not FID, on a scale of its own",
        ),
        _frechet(
            "frechet_segmenter",
            "segmenter",
            "val",
            "Frechet distance with the features of the data set's own segmenter",
        ),
        _kernel("kid", 1000, "kernel Inception distance, 100 subsets of 1,000 images"),
        _kernel("kid_100", 100, "KID with subsets of 100 images, for small validation sets"),
        Metric(
            "diversity",
            1,
            "diversity",
            "distance",
            True,
            "mean perceptual distance of ten styles of a layout (LPIPS-style, unweighted VGG19)",
            {"network": "vgg19", "layouts": 100, "samples": 10, "seed": 0},
        ),
    )
}


def find_metrics(names: Sequence[str]) -> list[Metric]:
    """The metrics of these names, each once.

    Raises:
      UserError: no name, or one that is none.
    """
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    for name in wanted:
        if name not in METRICS:
            near = difflib.get_close_matches(name, METRICS, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UserError(f"no metric {name!r}: {hint}The names are {', '.join(METRICS)}")
    if not wanted:
        raise UserError(f"give --metrics=NAME,NAME of {', '.join(METRICS)}")
    return [METRICS[name] for name in wanted]
