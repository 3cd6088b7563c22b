"""The validation examples of a config one by one: label map and photograph, cut to its size."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from spade_tf.config import Config, replace
from spade_tf.data import sources
from spade_tf.data.failures import explain_failure
from spade_tf.data.listing import Example
from spade_tf.data.pipeline import cut_out


class ValidationSplit:
    """Reads any validation example, also from several threads.

    Attributes:
      examples: all of them, in natural order.
    """

    def __init__(self, config: Config):
        """Lists the split. Raises UserError as `sources.list_examples`."""
        self._config = replace(config, "data.has_instances", False)
        self.examples: Sequence[Example] = sources.list_examples(self._config, "val")
        self._load = sources.make_loader(self._config, "val", list(self.examples), training=False)

    def read(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Label map [height, width] and photograph uint8 [height, width, 3] or None.

        Raises:
          UserError: names the file that cannot be read.
        """
        try:
            number = tf.constant(index, tf.int64)
            example = cut_out(self._load(number), number, self._config, training=False)
        except tf.errors.OpError as error:
            raise explain_failure(self._config, "val", error) from error
        image = example.get("image")
        return example["label_map"].numpy(), None if image is None else image.numpy()
