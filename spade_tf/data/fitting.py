"""Single files cut to size by the config: the rule for a split, and files that it does not fit."""

import numpy as np
import tensorflow as tf

from spade_tf.config import DataConfig
from spade_tf.data import transforms
from spade_tf.errors import UserError


def cut_of(data: DataConfig, split: str) -> transforms.Cut:
    """How the config cuts the files of a split to size."""
    return transforms.Cut(
        data.preprocess, data.load_size, data.height, data.width, split == "train"
    )


def fit_label_map(ids: np.ndarray, data: DataConfig, source: str = "the label map") -> np.ndarray:
    """A label or instance map cut to [data.height, data.width] as the validation files are, int32.

    Args:
      ids: [rows, columns] integers.
      data: the config's data section.
      source: its file, for the message.

    Raises:
      UserError: the map is too small for the config's preprocess mode.
    """
    rows, columns = check_fits(source, *ids.shape, data, "val")
    scaled = transforms.resize_nearest(tf.constant(ids, tf.int32), rows, columns).numpy()
    top, left = (rows - data.height) // 2, (columns - data.width) // 2
    return scaled[top : top + data.height, left : left + data.width]


def check_fits(
    source: str, rows: int, columns: int, data: DataConfig, split: str
) -> tuple[int, int]:
    """Rows and columns that a file of a split is scaled to.

    Raises:
      UserError: then it is smaller than the crop (or, in a mode that does not crop, of another
        size).
    """
    cut = cut_of(data, split)
    height, width = (int(side) for side in transforms.scaled_size(rows, columns, cut))
    if transforms.can_crop(height, width, cut):
        return height, width
    problem = (
        f"{source} ({columns}x{rows} pixels) becomes {width}x{height} with "
        f"data.preprocess={cut.preprocess}"
    )
    target = f"data.width x data.height = {cut.width}x{cut.height}"
    if not cut.crops:
        raise UserError(
            f"{problem}, not {target}; for files of any shape write "
            "data.preprocess=resize_and_crop or fixed"
        )
    load = f" and data.load_size={cut.load_size}" if cut.training else ""
    raise UserError(
        f"{problem}{load}, less than the crop of {target}; "
        "raise data.load_size or write data.preprocess=resize_and_crop"
    )
