"""Networks whose features are compared: of FID's Inception, Keras' own, or a segmenter."""

import dataclasses
import hashlib
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.evaluation.networks.weights import checksums, find_weights, load_network
from spade_tf.evaluation.segmentation import Segmentation


@dataclasses.dataclass(frozen=True)
class FeatureNetwork:
    """Images to numbers.

    Attributes:
      name: of the network.
      width: how many numbers an image has.
      features: uint8 [batch, height, width, 3] -> [batch, width] float32.
      weights: SHA-256 of each weight file.
    """

    name: str
    width: int
    features: Callable[[np.ndarray], np.ndarray]
    weights: Mapping[str, str]


def inception_fid(place: pathlib.Path | None) -> FeatureNetwork:
    """FID's own Inception, from its published file. Raises UserError where that is missing."""
    network = tf.function(load_network("inception_fid", place), reduce_retracing=True)
    return FeatureNetwork(
        "inception_fid",
        2048,
        lambda images: network(tf.cast(images, tf.float32)).numpy(),
        checksums(find_weights("inception_fid", place)),
    )


def inception_keras(place: pathlib.Path | None) -> FeatureNetwork:
    """Keras' InceptionV3 trained on ImageNet; images bilinearly resized to its 299x299.

    Args:
      place: weight file without the top, as Keras publishes it; None downloads it.

    Raises:
      UserError: no file and no network.
    """
    import keras

    try:
        network = keras.applications.InceptionV3(
            include_top=False, weights=str(place) if place else "imagenet", pooling="avg"
        )
    except Exception as error:  # Keras' download raises a bare one
        raise UserError(
            f"Keras' InceptionV3 has no weights ({str(error).splitlines()[0]}); give its file "
            "without the top: --weights=inception_keras=FILE"
        ) from error
    digest = checksums([place]) if place else {"imagenet": _digest_of(network)}

    @tf.function(reduce_retracing=True)
    def features(images: tf.Tensor) -> tf.Tensor:
        resized = tf.image.resize(tf.cast(images, tf.float32), (299, 299))
        return network(resized / 127.5 - 1.0, training=False)

    return FeatureNetwork("inception_keras", 2048, lambda x: features(x).numpy(), digest)


def of_segmenter(segmentation: Segmentation) -> FeatureNetwork:
    """The features from which a segmenter tells classes apart, their mean over the image.

    Raises:
      UserError: the data set is read by a published network, which gives none.
    """
    if segmentation.features is None:
        raise UserError(
            f"frechet_segmenter needs a segmenter of our own, not {segmentation.name}; give "
            "--segmenter=FOLDER, or use fid"
        )
    blank = np.zeros((1, 64, 64, 3), np.uint8)
    width = segmentation.features(blank).shape[1]
    return FeatureNetwork(segmentation.name, width, segmentation.features, segmentation.weights)


def _digest_of(network: Any) -> str:
    digest = hashlib.sha256()
    for weight in network.get_weights():
        digest.update(np.ascontiguousarray(weight).tobytes())
    return digest.hexdigest()
