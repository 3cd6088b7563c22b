"""Cityscapes in the 19 classes that count in its benchmark, and "none of them".

Folders as of `cityscapes`, but with NAME_gtFine_labelTrainIds.png, which the command
csCreateTrainIdLabelImgs of the package cityscapesscripts makes: ids 0 road .. 18 bicycle, 255 none.
"""

from spade_tf.config import DataConfig
from spade_tf.data.datasets import cityscapes
from spade_tf.data.listing import Example

_NAMES = (
    "road sidewalk building wall fence pole traffic_light traffic_sign vegetation terrain sky "
    "person rider car truck bus train motorcycle bicycle"
)
LABEL_NAMES = (*(name.replace("_", " ") for name in _NAMES.split()), "none")
PALETTE = (
    *(cityscapes.PALETTE[cityscapes.LABEL_NAMES.index(name)] for name in LABEL_NAMES[:-1]),
    (0, 0, 0),
)


def list_examples(data: DataConfig, split: str) -> list[Example]:
    """All images of the split by city; names such as `aachen/aachen_000000_000019`."""
    return cityscapes.list_examples(data, split, label_ending="_gtFine_labelTrainIds")
