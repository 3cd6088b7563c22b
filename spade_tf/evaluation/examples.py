"""The images' layouts and photographs, in a fixed order, from any image on."""

import dataclasses
import hashlib
import os
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data.failures import explain_failure
from spade_tf.data.pipeline import make_dataset
from spade_tf.data.sources import list_examples
from spade_tf.errors import UserError
from spade_tf.pictures import to_uint8


@dataclasses.dataclass(frozen=True)
class Batch:
    """Some neighbours of a split.

    Attributes:
      numbers: their places in the split, counted from 0.
      names: of their label maps.
      inputs: of a generator, each [batch, ...]: `label_map` and what else the config needs.
      photographs: uint8 [batch, height, width, 3]; None where the split has none.
    """

    numbers: range
    names: list[str]
    inputs: dict[str, np.ndarray]
    photographs: np.ndarray | None


class Examples:
    """A split of a config's data set, cut to the config's size in the middle, never mirrored.

    Args:
      config: the experiment.
      split: `train` or `val`.
      limit: of images, the first ones; 0 = all.

    Raises:
      UserError: folders that are missing, empty or unpaired.
    """

    def __init__(self, config: Config, split: str, limit: int = 0):
        self.config, self.split = config, split
        self._examples = list_examples(config, split)
        self.count = min(limit or len(self._examples), len(self._examples))

    @property
    def names(self) -> list[str]:
        """Of all label maps, in order."""
        return [example.name for example in self._examples[: self.count]]

    def checksum(self) -> str:
        """SHA-256 of the names in order: which images these are."""
        return hashlib.sha256("\n".join(self.names).encode()).hexdigest()

    def fingerprint(self) -> str:
        """SHA-256 of sizes and times of the photographs or shards: whether one was replaced."""
        found = []
        images = [e.image for e in self._examples[: self.count] if e.image]
        if self.config.data.shards:
            images = sorted({os.path.dirname(image) for image in images})
        for image in images:
            status = os.stat(image)
            found.append(f"{status.st_size} {status.st_mtime_ns}")
        return hashlib.sha256("\n".join(found).encode()).hexdigest()

    def batches(self, size: int, start: int = 0) -> Iterator[Batch]:
        """Batches of `size`, the last may be smaller, from image number `start` on.

        Raises:
          UserError: a file that cannot be read, by name.
        """
        names = self.names
        dataset = make_dataset(
            self.config, self.split, size, start_image=start, training=False
        ).take(-(-(self.count - start) // size))
        try:
            for arrays in dataset.as_numpy_iterator():
                count = min(len(arrays["label_map"]), self.count - start)
                arrays = {key: value[:count] for key, value in arrays.items()}
                image = arrays.pop("image", None)
                photographs = None if image is None else to_uint8(image)
                numbers = range(start, start + count)
                yield Batch(numbers, names[start : start + count], arrays, photographs)
                start += count
        except tf.errors.OpError as error:
            raise explain_failure(self.config, self.split, error) from error


def photographs_of(batch: Batch, split: str) -> np.ndarray:
    """The batch's photographs. Raises UserError if the split has none."""
    if batch.photographs is None:
        raise UserError(
            f"the {split} split has no photographs to compare with; give their folder in the "
            "config (data.val_images)"
        )
    return batch.photographs
