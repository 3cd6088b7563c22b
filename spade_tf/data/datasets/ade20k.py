"""ADE20K scene parsing (Zhou et al., 2017; SceneParsing release): 150 classes and "unknown".

Layout: ADEChallengeData2016/{images,annotations}/{training,validation}/NAME.{jpg,png}; data.root is
that folder or its parent. File id 0 is unknown, 1 wall .. 150 flag: with data.first_file_id=1 they
become labels 0..149 and unknown the don't-care label 150. The code of the papers meant to do this,
but trained on the raw ids by accident: checkpoints imported from it need data.first_file_id=0.
"""

import pathlib

from spade_tf.config import DataConfig
from spade_tf.data.colors import distinct_colors
from spade_tf.data.datasets.custom import data_root
from spade_tf.data.listing import Example, paired_folders

LABEL_NAMES = tuple(
    (
        "wall, building, sky, floor, tree, ceiling, road, bed, windowpane, grass, cabinet, "
        "sidewalk, person, earth, door, table, mountain, plant, curtain, chair, car, water, "
        "painting, sofa, shelf, house, sea, mirror, rug, field, armchair, seat, fence, "
        "desk, rock, wardrobe, lamp, bathtub, railing, cushion, base, box, column, "
        "signboard, chest of drawers, counter, sand, sink, skyscraper, fireplace, "
        "refrigerator, grandstand, path, stairs, runway, case, pool table, pillow, screen "
        "door, stairway, river, bridge, bookcase, blind, coffee table, toilet, flower, "
        "book, hill, bench, countertop, stove, palm, kitchen island, computer, swivel "
        "chair, boat, bar, arcade machine, hovel, bus, towel, light, truck, tower, "
        "chandelier, awning, streetlight, booth, television receiver, airplane, dirt track, "
        "apparel, pole, land, bannister, escalator, ottoman, bottle, buffet, poster, stage, "
        "van, ship, fountain, conveyer belt, canopy, washer, plaything, swimming pool, "
        "stool, barrel, basket, waterfall, tent, bag, minibike, cradle, oven, ball, food, "
        "step, tank, trade name, microwave, pot, animal, bicycle, lake, dishwasher, screen, "
        "blanket, sculpture, hood, sconce, vase, traffic light, tray, ashcan, fan, pier, "
        "crt screen, plate, monitor, bulletin board, shower, radiator, glass, clock, flag, "
        "unknown"
    ).split(", ")
)
FIRST_FILE_ID = 1
"""File id of the first name."""

PALETTE = distinct_colors(len(LABEL_NAMES), dont_care=True)

FOLDERS = {"train": "training", "val": "validation"}


def list_examples(data: DataConfig, split: str) -> list[Example]:
    """All images of the split; the scene parsing release has no instance maps."""
    root = scene_root(data)
    images = root / "images" / FOLDERS[split]
    has_images = split == "train" or images.is_dir()
    return paired_folders(
        root / "annotations" / FOLDERS[split], images if has_images else None, None
    )


def scene_root(data: DataConfig) -> pathlib.Path:
    """The folder that holds `images` and `annotations`."""
    root = data_root(data)
    inner = root / "ADEChallengeData2016"
    return inner if inner.is_dir() else root
