"""Which network reads a data set's images, and how: the segmentation half of a protocol."""

import dataclasses
import functools
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image

from spade_tf.config import Config
from spade_tf.data.datasets import ade20k, cityscapes, coco
from spade_tf.data.labels import dont_care_label
from spade_tf.errors import UserError
from spade_tf.evaluation import file_ids, predictions
from spade_tf.evaluation.networks.weights import checksums, find_weights, load_network

ADE20K_SHORT_SIDES, ADE20K_LONGEST, ADE20K_MULTIPLE = (300, 375, 450, 525, 600), 1000, 32


@dataclasses.dataclass(frozen=True)
class Segmentation:
    """A network that says what images show, and what it should have said.

    Attributes:
      name: of the network, with the checksum's beginning where we trained it.
      rule: of `segmentation_scores.RULES`.
      class_names: of its classes.
      predict: uint8 [batch, height, width, 3] -> classes int32 [batch, height, width].
      truth: labels of the config int32 -> classes, `file_ids.IGNORED` where there is none.
      protocol: what else fixes the prediction.
      weights: SHA-256 of each weight file.
      features: uint8 images -> [batch, features]; None for networks that give none.
    """

    name: str
    rule: str
    class_names: Sequence[str]
    predict: Callable[[np.ndarray], np.ndarray]
    truth: Callable[[np.ndarray], np.ndarray]
    protocol: Mapping[str, Any]
    weights: Mapping[str, str]
    features: Callable[[np.ndarray], np.ndarray] | None = None


def find_segmentation(
    config: Config, segmenter: pathlib.Path | None, weights: Mapping[str, pathlib.Path]
) -> Segmentation:
    """The segmentation by which images of a data set are scored.

    Args:
      config: whose data set it is.
      segmenter: folder that `tools.train_segmenter` wrote, used in place of the published network.
      weights: places of published weights by the network's name; the others are looked for.

    Raises:
      UserError: no network is published for the data set and none given; weights are missing.
    """
    if segmenter:
        return trained(config, segmenter)
    published = {
        "coco": _cocostuff,
        "flickr": _cocostuff,
        "ade20k": _ade20k,
        "ade20k_outdoor": _ade20k,
        "cityscapes": _cityscapes,
        "cityscapes_19": _cityscapes,
    }
    if config.data.dataset in published:
        return published[config.data.dataset](config, weights)
    shipped = pathlib.Path(__file__).parent / "segmenters" / config.data.dataset
    if shipped.is_dir():
        return trained(config, shipped)
    raise UserError(
        f"no segmentation network is published for data.dataset={config.data.dataset}; train one "
        f"with python -m tools.train_segmenter --config={config.name} --output=FOLDER and give "
        "--segmenter=FOLDER"
    )


def trained(config: Config, folder: pathlib.Path) -> Segmentation:
    """A segmenter of our own.

    Raises:
      UserError: no segmenter, or one of other labels than the config's.
    """
    from spade_tf.evaluation.segmenter import load_segmenter

    segmenter = load_segmenter(folder)
    card = segmenter.card
    classes = config.data.num_labels - config.data.has_dont_care
    if card.num_classes != classes:
        raise UserError(
            f"{folder} tells {card.num_classes} classes apart ({card.config}), but this config has "
            f"{classes}; give a segmenter trained on the same labels"
        )
    return Segmentation(
        name=f"segmenter-{segmenter.checksum[:12]}",
        rule="cocostuff",
        class_names=card.label_names,
        predict=segmenter.predict,
        truth=segmenter.truth,
        protocol={"trained_on": card.config, "steps": card.steps},
        weights={folder.name: segmenter.checksum},
        features=segmenter.features,
    )


def _cocostuff(config: Config, weights: Mapping[str, pathlib.Path]) -> Segmentation:
    """DeepLabV2, images as they are."""
    logits, sums = _published("deeplab_v2", weights)

    def predict(images: np.ndarray) -> np.ndarray:
        return predictions.cocostuff_prediction(logits(images), *images.shape[1:3])

    return Segmentation(
        name="deeplab_v2",
        rule="cocostuff",
        class_names=coco.LABEL_NAMES[:182],
        predict=predict,
        truth=functools.partial(cocostuff_truth, config),
        protocol={"image_scales": [1.0, 0.75, 0.5], "scores": "largest logit"},
        weights=sums,
    )


def _ade20k(config: Config, weights: Mapping[str, pathlib.Path]) -> Segmentation:
    """UperNet101 at the project's five sizes."""
    name = "upernet101_bgr" if "upernet101_bgr" in weights else "upernet101"
    logits, sums = _published(name, weights)

    def predict(images: np.ndarray) -> np.ndarray:
        height, width = images.shape[1:3]
        sizes = ade20k_sizes(height, width)
        scores = [logits(_resize_bytes(images, *size)) for size in sizes]
        return predictions.ade20k_prediction(scores, height, width)

    return Segmentation(
        name=name,
        rule="ade20k",
        class_names=ade20k.LABEL_NAMES[:150],
        predict=predict,
        truth=functools.partial(ade20k_truth, config),
        protocol={"short_sides": list(ADE20K_SHORT_SIDES), "scores": "mean probability"},
        weights=sums,
    )


def _cityscapes(config: Config, weights: Mapping[str, pathlib.Path]) -> Segmentation:
    """DRN-D-105, images as they are."""
    scores, sums = _published("drn_d_105", weights, lambda network: network.log_probabilities)

    def predict(images: np.ndarray) -> np.ndarray:
        return predictions.cityscapes_prediction([scores(images)], *images.shape[1:3])

    return Segmentation(
        name="drn_d_105",
        rule="cityscapes",
        class_names=[cityscapes.LABEL_NAMES[i] for i in file_ids.CITYSCAPES_CLASSES],
        predict=predict,
        truth=functools.partial(cityscapes_truth, config),
        protocol={"image_scales": [1.0], "scores": "largest log-probability"},
        weights=sums,
    )


def cocostuff_truth(config: Config, labels: np.ndarray) -> np.ndarray:
    """Labels of a config on COCO-Stuff as the 182 classes."""
    return file_ids.cocostuff_classes(_file_ids(config, labels, 255))


def ade20k_truth(config: Config, labels: np.ndarray) -> np.ndarray:
    """Labels of a config on ADE20K as the 150 classes."""
    return file_ids.ade20k_classes(_file_ids(config, labels, 0))


def cityscapes_truth(config: Config, labels: np.ndarray) -> np.ndarray:
    """Labels of a config on Cityscapes as the 19 train ids, which `cityscapes_19` has already."""
    if config.data.dataset == "cityscapes_19":
        classes = len(file_ids.CITYSCAPES_CLASSES)
        return np.where(labels < classes, labels, file_ids.IGNORED).astype(np.int32)
    return file_ids.cityscapes_classes(_file_ids(config, labels, 255))


def ade20k_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """The sizes, (height, width) in pixels, at which UperNet's project looks at one image."""
    sizes = []
    for short in ADE20K_SHORT_SIDES:
        scale = min(short / min(height, width), ADE20K_LONGEST / max(height, width))
        sides = (int(height * scale), int(width * scale))
        rows, columns = (-(-side // ADE20K_MULTIPLE) * ADE20K_MULTIPLE for side in sides)
        sizes.append((rows, columns))
    return sizes


def _file_ids(config: Config, labels: np.ndarray, dont_care_id: int) -> np.ndarray:
    """The labels' ids in the data set's files."""
    ids = np.asarray(labels, np.int32) + config.data.first_file_id
    dont_care = dont_care_label(config.data)
    return ids if dont_care is None else np.where(labels == dont_care, dont_care_id, ids)


def _published(
    name: str,
    weights: Mapping[str, pathlib.Path],
    method: Callable[[Any], Callable] = lambda network: network,
) -> tuple[Callable[[np.ndarray], np.ndarray], dict[str, str]]:
    """The network as a function from uint8 images to arrays, and its files' checksums."""
    place = weights.get(name)
    network = load_network(name, place)
    compiled = tf.function(method(network), reduce_retracing=True)

    def scores(images: np.ndarray) -> np.ndarray:
        return compiled(tf.cast(images, tf.float32)).numpy()

    return scores, checksums(find_weights(name, place))


def _resize_bytes(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """uint8 images as Pillow's bilinear filter resizes them."""
    resized = (
        Image.fromarray(x).resize((width, height), Image.Resampling.BILINEAR) for x in images
    )
    return np.stack([np.asarray(image) for image in resized])
