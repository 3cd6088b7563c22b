"""Networks that label photographs: DeepLabV2 as published, or one of our own."""

import dataclasses
import pathlib
from collections.abc import Callable, Sequence

import numpy as np

from spade_tf.data.datasets.coco import LABEL_NAMES
from spade_tf.evaluation.predictions import softmax
from spade_tf.evaluation.resize import bilinear_weights, resize_bilinear

COCO_STUFF_CLASSES = 182
ROWS_AT_ONCE = 64
"""Rows of a photograph whose scores are held at a time: 182 floats for each pixel."""

Labels = tuple[np.ndarray, np.ndarray | None]


@dataclasses.dataclass(frozen=True)
class PhotoSegmenter:
    """A network that says what photographs show.

    Attributes:
      name: with the beginning of its weights' checksum; label maps of another are not mixed in.
      class_names: of its classes; a class's place is its id in the label maps.
      label: uint8 [batch, height, width, 3] -> labels [batch, height, width] and how sure they are:
        the largest probability float32 of the same shape, or None where the network does not say.
      config: the experiment that reads such label maps.
    """

    name: str
    class_names: Sequence[str]
    label: Callable[[np.ndarray], Labels]
    config: str = "custom"


def deeplab_v2(weights: pathlib.Path | None) -> PhotoSegmenter:
    """DeepLabV2, trained on COCO-Stuff: what labelled the SPADE paper's photographs.

    Args:
      weights: the published file or its folder; by default where `find_weights` looks.

    Raises:
      UserError: the weights are missing (says where to get them) or of another network.
    """
    from spade_tf.evaluation.networks.weights import checksums, find_weights, load_network

    network = load_network("deeplab_v2", weights)
    (checksum,) = checksums(find_weights("deeplab_v2", weights)).values()

    def label(images: np.ndarray) -> Labels:
        return labels_of_logits(np.asarray(network(np.float32(images))), *images.shape[1:3])

    names = LABEL_NAMES[:COCO_STUFF_CLASSES]
    return PhotoSegmenter(f"deeplab_v2 {checksum[:12]}", names, label, "flickr")


def own_segmenter(folder: pathlib.Path) -> PhotoSegmenter:
    """A segmenter that `tools.train_segmenter` left in a folder. Raises UserError for others."""
    from spade_tf.evaluation.segmenter import load_segmenter

    segmenter = load_segmenter(folder)
    name = f"segmenter of {segmenter.card.config} {segmenter.checksum[:12]}"
    return PhotoSegmenter(
        name, segmenter.card.label_names, lambda images: (segmenter.predict(images), None)
    )


def labels_of_logits(logits: np.ndarray, height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """`cocostuff_prediction` and its probability, some rows at a time.

    Args:
      logits: [batch, rows, columns, classes] float32.
      height, width: of the label maps.

    Returns: labels [batch, height, width] int32, and their softmax probability float32.
    """
    labels = np.empty((len(logits), height, width), np.int32)
    confidence = np.empty(labels.shape, np.float32)
    wide = resize_bilinear(logits, logits.shape[1], width)
    rows = bilinear_weights(logits.shape[1], height).astype(logits.dtype)
    flat = wide.reshape(len(wide), wide.shape[1], -1)
    for top in range(0, height, ROWS_AT_ONCE):
        some = slice(top, top + ROWS_AT_ONCE)
        scores = (rows[some] @ flat).reshape(len(logits), -1, width, logits.shape[-1])
        labels[:, some] = scores.argmax(axis=-1)
        confidence[:, some] = softmax(scores).max(axis=-1)
    return labels, confidence
