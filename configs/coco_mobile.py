"""CLADE of a quarter of the papers' width on COCO-Stuff, 256x256, for phones.

Paper     none; the recipe is that of configs/coco.py.
Data      as configs/coco.py.
Hardware  as configs/coco.py; the generator needs 2.7 GMAC an image.
Command   bazel run //spade_tf:train -- --config=coco_mobile --config.data.root=DIR
Our score not measured: the full data set and GPUs were not at hand.
"""

import dataclasses

from spade_tf.config import Config, load_config


def config() -> Config:
    paper = load_config("coco")
    return dataclasses.replace(
        paper,
        name="coco_mobile",
        data=dataclasses.replace(paper.data, has_instances=False),  # nobody draws instances
        model=dataclasses.replace(paper.model, norm="clade", base_width=16),
    )
