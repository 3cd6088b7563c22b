"""CMP facades (Tylecek and Sara, 2013): 12 classes on 606 house fronts; id 0 stays unused.

Layout as the database is packed: base/cmp_b0001.jpg and .png (378 images, training here) and
extended/cmp_x0001.jpg and .png (228 images, validation here). Its label maps are palette PNGs whose
palette indices are the ids: unlike other data sets' they are read as they are.
"""

from spade_tf.config import DataConfig
from spade_tf.data.colors import distinct_colors
from spade_tf.data.datasets.custom import data_root
from spade_tf.data.listing import Example, list_files, pair

LABEL_NAMES = (
    "unlabelled",
    "background",
    "facade",
    "window",
    "door",
    "cornice",
    "sill",
    "balcony",
    "blind",
    "deco",
    "molding",
    "pillar",
    "shop",
)
PALETTE = distinct_colors(len(LABEL_NAMES))

PALETTE_INDEX_IS_ID = True

FOLDERS = {"train": "base", "val": "extended"}


def list_examples(data: DataConfig, split: str) -> list[Example]:
    """All pairs NAME.png, NAME.jpg of the split's folder."""
    folder = data_root(data) / FOLDERS[split]
    labels = list_files(folder, (".png",), "label maps")
    return pair(labels, list_files(folder, (".jpg",), "photographs"), None)
