"""A segmenter on the real images of a validation split."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from spade_tf.config import Config, ModelConfig
from spade_tf.data.failures import explain_failure
from spade_tf.data.pipeline import make_dataset
from spade_tf.errors import UserError
from spade_tf.evaluation.segmenter.segmenter import Segmenter
from spade_tf.pictures import to_uint8


@dataclasses.dataclass(frozen=True)
class Judged:
    """Some images, their labels and what the segmenter says.

    Attributes:
      images: [batch, height, width, 3] uint8.
      label_maps: [batch, height, width] int32.
      predictions: [batch, height, width] int32.
    """

    images: np.ndarray
    label_maps: np.ndarray
    predictions: np.ndarray


def judge_validation(
    segmenter: Segmenter, config: Config, batch_size: int = 16
) -> Iterator[Judged]:
    """The validation images in their order, cut to the config's size.

    Raises:
      UserError: no photographs, or files that cannot be read.
    """
    dataset = make_dataset(without_extras(config), "val", batch_size)
    try:
        for batch in dataset.as_numpy_iterator():
            if "image" not in batch:
                place = config.data.shards or config.data.root
                raise UserError(
                    f"the validation split of {place} has no photographs to try the "
                    "segmenter on; put them into the folder data.val_images"
                )
            images = to_uint8(batch["image"])
            yield Judged(images, batch["label_map"], segmenter.predict(images))
    except tf.errors.OpError as error:
        raise explain_failure(config, "val", error) from error


def without_extras(config: Config) -> Config:
    """The config with nothing but label maps and photographs to load."""
    data = dataclasses.replace(config.data, has_instances=False)
    return dataclasses.replace(config, data=data, model=ModelConfig())
