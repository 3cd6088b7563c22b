"""Cityscapes (Cordts et al., 2016): street scenes of 2048x1024 pixels with fine annotations.

Layout: leftImg8bit/SPLIT/CITY/NAME_leftImg8bit.png, gtFine/SPLIT/CITY/NAME_gtFine_labelIds.png and
NAME_gtFine_instanceIds.png (16 bit). The papers use the raw ids 0..33 with 35 labels and no
don't-care; the 35th label, license plate, has id -1 and is never painted.
"""

import re

from spade_tf.config import DataConfig
from spade_tf.data.datasets.custom import data_root
from spade_tf.data.listing import Example, list_files, pair

_CLASSES = {
    "unlabeled": (0, 0, 0),
    "ego vehicle": (0, 0, 0),
    "rectification border": (0, 0, 0),
    "out of roi": (0, 0, 0),
    "static": (0, 0, 0),
    "dynamic": (111, 74, 0),
    "ground": (81, 0, 81),
    "road": (128, 64, 128),
    "sidewalk": (244, 35, 232),
    "parking": (250, 170, 160),
    "rail track": (230, 150, 140),
    "building": (70, 70, 70),
    "wall": (102, 102, 156),
    "fence": (190, 153, 153),
    "guard rail": (180, 165, 180),
    "bridge": (150, 100, 100),
    "tunnel": (150, 120, 90),
    "pole": (153, 153, 153),
    "polegroup": (153, 153, 153),
    "traffic light": (250, 170, 30),
    "traffic sign": (220, 220, 0),
    "vegetation": (107, 142, 35),
    "terrain": (152, 251, 152),
    "sky": (70, 130, 180),
    "person": (220, 20, 60),
    "rider": (255, 0, 0),
    "car": (0, 0, 142),
    "truck": (0, 0, 70),
    "bus": (0, 60, 100),
    "caravan": (0, 0, 90),
    "trailer": (0, 0, 110),
    "train": (0, 80, 100),
    "motorcycle": (0, 0, 230),
    "bicycle": (119, 11, 32),
    "license plate": (0, 0, 142),
}
LABEL_NAMES = tuple(_CLASSES)
PALETTE = tuple(_CLASSES.values())


def list_examples(
    data: DataConfig, split: str, label_ending: str = "_gtFine_labelIds"
) -> list[Example]:
    """All images of the split by city; names such as `aachen/aachen_000000_000019`."""
    root = data_root(data)
    annotations = root / "gtFine" / split
    photographs = root / "leftImg8bit" / split
    images = instances = None
    if split == "train" or photographs.is_dir():
        images = list_files(photographs, (".png",), "photographs", _without("_leftImg8bit"))
    if data.has_instances:
        instances = list_files(
            annotations, (".png",), "*_gtFine_instanceIds.png", _without("_gtFine_instanceIds")
        )
    labels = list_files(annotations, (".png",), f"*{label_ending}.png", _without(label_ending))
    return pair(labels, images, instances)


def _without(ending: str):
    return lambda stem: re.sub(f"{ending}$", "", stem) if stem.endswith(ending) else None
