"""Which class was taken for which, counted image by image."""

import pathlib

import numpy as np

from spade_tf.errors import UserError
from spade_tf.evaluation.arrays import read_arrays, write_arrays

KEYS = ("num_images", "counts")


class Confusion:
    """Confusion matrix over any number of images; its memory does not grow with them.

    Attributes:
      num_images: images so far; with images in a fixed order, where to resume.
      counts: [num_classes + 1, num_classes] int64, pixels by true and by predicted class; the last
        row holds the pixels whose label is to be ignored.
    """

    def __init__(self, num_classes: int):
        self.num_images = 0
        self.counts = np.zeros((num_classes + 1, num_classes), np.int64)

    @property
    def num_classes(self) -> int:
        return self.counts.shape[1]

    @property
    def matrix(self) -> np.ndarray:
        """[num_classes (true), num_classes (predicted)] int64, ignored pixels left out."""
        return self.counts[:-1]

    @property
    def ignored(self) -> np.ndarray:
        """[num_classes] int64: what was predicted where the label is to be ignored."""
        return self.counts[-1]

    def update(self, label_map: np.ndarray, prediction: np.ndarray) -> None:
        """Adds images.

        Args:
          label_map: [batch, height, width] or [height, width] integers; every label outside
            0..num_classes-1 is to be ignored.
          prediction: of the same shape, 0..num_classes-1.

        Raises:
          UserError: shapes differ, no integers, or a prediction that is no class.
        """
        label_map, prediction = np.asarray(label_map), np.asarray(prediction)
        if label_map.shape != prediction.shape or label_map.ndim not in (2, 3):
            raise UserError(
                f"labels {list(label_map.shape)} and predictions {list(prediction.shape)}: "
                "expected the same [batch, height, width] or [height, width]"
            )
        if label_map.dtype.kind not in "iu" or prediction.dtype.kind not in "iu":
            raise UserError(
                f"labels are {label_map.dtype}, predictions {prediction.dtype}: expected integers"
            )
        classes = self.num_classes
        if prediction.size and not 0 <= prediction.min() <= prediction.max() < classes:
            wrong = np.unique(prediction[(prediction < 0) | (prediction >= classes)])
            raise UserError(f"predicted classes {wrong.tolist()}, expected 0..{classes - 1}")
        truth = label_map.astype(np.int64)
        truth[(truth < 0) | (truth >= classes)] = classes
        cells = (truth * classes + prediction.astype(np.int64)).ravel()
        self.counts += np.bincount(cells, minlength=self.counts.size).reshape(self.counts.shape)
        self.num_images += len(label_map) if label_map.ndim == 3 else 1

    def merge(self, other: "Confusion") -> None:
        """Adds what another worker has counted.

        Raises:
          UserError: of another number of classes.
        """
        if other.num_classes != self.num_classes:
            raise UserError(
                f"confusions of {self.num_classes} and of {other.num_classes} classes cannot be "
                "merged; use one segmentation network for both"
            )
        self.counts += other.counts
        self.num_images += other.num_images

    def save(self, path: pathlib.Path) -> None:
        """Writes an .npz, whole or not at all."""
        write_arrays(path, {"num_images": self.num_images, "counts": self.counts})

    @classmethod
    def load(cls, path: pathlib.Path) -> "Confusion":
        """What `save` wrote, to go on with.

        Raises:
          UserError: no such file, or a file of something else.
        """
        arrays = read_arrays(path, KEYS, "a confusion matrix")
        confusion = cls(arrays["counts"].shape[1])
        confusion.num_images, confusion.counts = int(arrays["num_images"]), arrays["counts"]
        return confusion
