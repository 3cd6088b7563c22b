"""Any folders of label maps and photographs (and instance maps): the ones that the config names.

Files belong together when they have the same name: train_label/a.png, train_img/a.jpg,
train_inst/a.png. Sub-folders count as a part of the name. Validation needs no photographs.
"""

import pathlib

from spade_tf.config import DataConfig
from spade_tf.data.colors import distinct_colors
from spade_tf.data.listing import Example, paired_folders
from spade_tf.errors import UserError

LABEL_NAMES = tuple(f"label {i}" for i in range(13))
PALETTE = distinct_colors(len(LABEL_NAMES))


def list_examples(data: DataConfig, split: str) -> list[Example]:
    """Label maps of the split's folder with their partners, in natural order."""
    root = data_root(data)
    training = split == "train"
    labels = root / (data.train_labels if training else data.val_labels)
    images = root / (data.train_images if training else data.val_images)
    instances = root / (data.train_instances if training else data.val_instances)
    if not training and not labels.is_dir():
        raise UserError(
            f"no folder {labels} (it should hold the label maps for validation); make it, or "
            f"name another: data.val_labels={data.train_labels} shows the training layouts"
        )
    has_images = training or images.is_dir()
    return paired_folders(
        labels, images if has_images else None, instances if data.has_instances else None
    )


def data_root(data: DataConfig) -> pathlib.Path:
    """The folder of the data set. Raises UserError where data.root names none."""
    if not data.root or not pathlib.Path(data.root).is_dir():
        raise UserError(
            f"data.root is {data.root!r}: no such folder; write --config.data.root=DIR, "
            f"the folder of the {data.dataset} data set"
        )
    return pathlib.Path(data.root)
