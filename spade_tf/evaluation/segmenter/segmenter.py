"""A trained segmentation network as evaluation uses it: uint8 images in, classes out."""

import functools
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.evaluation.file_ids import IGNORED
from spade_tf.evaluation.resize import resize_bilinear
from spade_tf.evaluation.segmenter.card import SegmenterCard
from spade_tf.pictures import from_uint8


class Segmenter:
    """Says what each pixel of an image shows.

    Args:
      model: as `build_deeplab_v3_plus` makes it, with the card's sizes and classes.
      card: what it was trained on, and how well it does.
    """

    def __init__(self, model: keras.Model, card: SegmenterCard):
        self.model = model
        self.card = card

    @property
    def checksum(self) -> str:
        """SHA-256 of the file of weights; empty before it is saved."""
        return self.card.checksum

    def predict(self, images: np.ndarray) -> np.ndarray:
        """Classes at the size of the images.

        Images of another size than the network's are resized to it bilinearly, with anti-aliasing
        when shrinking (and stretched, if their shape is another); then the logits are resized back
        bilinearly, half-pixel, and the largest taken.

        Args:
          images: [batch, height, width, 3] uint8.

        Returns: [batch, height, width] int32, 0..num_classes-1.

        Raises:
          UserError: no such images.
        """
        logits = self._outputs(images)["logits"].numpy()
        return resize_bilinear(logits, *images.shape[1:3]).argmax(axis=-1).astype(np.int32)

    def features(self, images: np.ndarray) -> np.ndarray:
        """What the network sees in each image as a whole, for Frechet distances.

        Args:
          images: as `predict` takes them.

        Returns: [batch, 4 * base_width] float32.

        Raises:
          UserError: no such images.
        """
        return self._outputs(images)["features"].numpy()

    def truth(self, label_map: np.ndarray) -> np.ndarray:
        """Labels of the config as classes: the don't-care label becomes IGNORED. int32.

        Raises:
          UserError: ids that are no labels.
        """
        labels = np.asarray(label_map, np.int32)
        dont_care = self.card.dont_care
        last = self.card.num_classes - (dont_care is None)
        unknown = np.unique(labels[(labels < 0) | (labels > last)])
        if unknown.size:
            raise UserError(f"labels {unknown.tolist()}, expected 0 to {last} ({self.card.config})")
        return labels if dont_care is None else np.where(labels == dont_care, IGNORED, labels)

    def _outputs(self, images: np.ndarray) -> dict[str, tf.Tensor]:
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3:
            raise UserError(
                f"images are {images.dtype} {list(images.shape)}, "
                "expected uint8 [batch, height, width, 3]"
            )
        sides = (self.card.height, self.card.width)
        return self._network(resize_bilinear(from_uint8(images), *sides, antialias=True))

    @functools.cached_property
    def _network(self) -> Callable[[np.ndarray], dict[str, tf.Tensor]]:
        image = tf.TensorSpec([None, self.card.height, self.card.width, 3], tf.float32)
        return tf.function(lambda x: self.model(x, training=False), input_signature=[image])
