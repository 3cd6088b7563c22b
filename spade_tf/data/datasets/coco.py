"""COCO-Stuff (Caesar et al., 2018): 182 classes, of which 11 never occur, and "unlabeled".

Folders from the config: train_label/ID.png, train_img/ID.jpg, train_inst/ID.png, val_label,
val_img, val_inst. Folders of the same names with `_portrait` at the end are read too at training,
where present. File ids are COCO-Stuff's minus one (0 person .. 181 wood); 255 is unlabeled, the
don't-care label 182.
"""

import dataclasses

from spade_tf.config import DataConfig
from spade_tf.data.colors import distinct_colors
from spade_tf.data.datasets import custom
from spade_tf.data.listing import Example

LABEL_NAMES = tuple(
    (
        "person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic "
        "light, fire hydrant, street sign, stop sign, parking meter, bench, bird, cat, dog, "
        "horse, sheep, cow, elephant, bear, zebra, giraffe, hat, backpack, umbrella, shoe, "
        "eye glasses, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite, "
        "baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle, plate, "
        "wine glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, "
        "broccoli, carrot, hot dog, pizza, donut, cake, chair, couch, potted plant, bed, "
        "mirror, dining table, window, desk, toilet, door, tv, laptop, mouse, remote, "
        "keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, blender, book, "
        "clock, vase, scissors, teddy bear, hair drier, toothbrush, hair brush, banner, "
        "blanket, branch, bridge, building-other, bush, cabinet, cage, cardboard, carpet, "
        "ceiling-other, ceiling-tile, cloth, clothes, clouds, counter, cupboard, curtain, "
        "desk-stuff, dirt, door-stuff, fence, floor-marble, floor-other, floor-stone, "
        "floor-tile, floor-wood, flower, fog, food-other, fruit, furniture-other, grass, "
        "gravel, ground-other, hill, house, leaves, light, mat, metal, mirror-stuff, moss, "
        "mountain, mud, napkin, net, paper, pavement, pillow, plant-other, plastic, "
        "platform, playingfield, railing, railroad, river, road, rock, roof, rug, salad, "
        "sand, sea, shelf, sky-other, skyscraper, snow, solid-other, stairs, stone, straw, "
        "structural-other, table, tent, textile-other, towel, tree, vegetable, wall-brick, "
        "wall-concrete, wall-other, wall-panel, wall-stone, wall-tile, wall-wood, "
        "water-other, waterdrops, window-blind, window-other, wood, unlabeled"
    ).split(", ")
)
PALETTE = distinct_colors(len(LABEL_NAMES), dont_care=True)


def list_examples(data: DataConfig, split: str) -> list[Example]:
    """Examples of the split's folders; for training, of the portrait folders too if any."""
    examples = custom.list_examples(data, split)
    portraits = dataclasses.replace(
        data,
        train_labels=f"{data.train_labels}_portrait",
        train_images=f"{data.train_images}_portrait",
        train_instances=f"{data.train_instances}_portrait",
    )
    if split == "train" and (custom.data_root(data) / portraits.train_labels).is_dir():
        examples += custom.list_examples(portraits, split)
    return examples
