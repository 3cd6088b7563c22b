"""The outdoor scenes of ADE20K: the images in which outdoor classes cover a share of the pixels.

The CLADE paper picks 9,649 of 20,210 training and 943 of 2,000 validation images "by the presence
of classes such as sky, trees, sea" and publishes no list. Our rule: the classes below together
cover at least MIN_SHARE of the image (so a view through a window does not make a room outdoor).
The label maps are scanned once; the names picked are kept in `outdoor_SPLIT.txt` beside the folder
`annotations`: edit it, or put the list of someone else there, and it is used as it is.
"""

import pathlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from spade_tf.config import DataConfig
from spade_tf.data.datasets import ade20k
from spade_tf.data.datasets.ade20k import FIRST_FILE_ID as FIRST_FILE_ID
from spade_tf.data.datasets.ade20k import LABEL_NAMES as LABEL_NAMES
from spade_tf.data.datasets.ade20k import PALETTE as PALETTE
from spade_tf.data.files import read_file_ids
from spade_tf.data.listing import Example
from spade_tf.errors import UserError
from spade_tf.files import write_beside

OUTDOOR_CLASSES = (
    "sky, tree, grass, earth, mountain, water, sea, field, rock, sand, path, river, hill, palm, "
    "dirt track, land, waterfall, lake"
).split(", ")
MIN_SHARE = 0.2


def list_examples(data: DataConfig, split: str) -> list[Example]:
    """The outdoor images of the split; scans all label maps if there is no list yet."""
    examples = ade20k.list_examples(data, split)
    list_file = ade20k.scene_root(data) / f"outdoor_{split}.txt"
    if not list_file.is_file():
        with ThreadPoolExecutor() as pool:
            outdoor = list(pool.map(lambda example: is_outdoor(example.label, data), examples))
        picked = [e.name for e, yes in zip(examples, outdoor, strict=True) if yes]
        _write(list_file, picked)
    names = list_file.read_text(encoding="utf-8").split()
    by_name = {example.name: example for example in examples}
    unknown = [name for name in names if name not in by_name]
    if unknown or not names:
        raise UserError(
            f"{list_file} names {', '.join(unknown[:5]) or 'no image'}; expected names of images "
            "without suffix, a line each. Delete the file to have it made anew"
        )
    return [by_name[name] for name in names]


def is_outdoor(label: str, data: DataConfig) -> bool:
    """Whether outdoor classes cover MIN_SHARE of a label map (file ids: 1 is the first class)."""
    outdoor = [LABEL_NAMES.index(name) + 1 for name in OUTDOOR_CLASSES]
    counts = np.bincount(read_file_ids(label, data).ravel(), minlength=256)
    return bool(counts[outdoor].sum() >= MIN_SHARE * counts.sum())


def _write(path: pathlib.Path, names: list[str]) -> None:
    try:
        write_beside(path, "".join(f"{name}\n" for name in names))
    except OSError as error:
        raise UserError(
            f"cannot write the list of outdoor images {path} ({error.strerror}); make the folder "
            "writable once, or put the list there yourself"
        ) from error
