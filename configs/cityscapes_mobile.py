"""CLADE of a quarter of the papers' width on Cityscapes, 512x256, for phones.

Paper     none; the recipe is that of configs/cityscapes.py.
Data      as configs/cityscapes.py.
Hardware  as configs/cityscapes.py; the generator needs 4.7 GMAC an image.
Command   bazel run //spade_tf:train -- --config=cityscapes_mobile --config.data.root=DIR
Our score not measured: the full data set and GPUs were not at hand.
"""

import dataclasses

from spade_tf.config import Config, load_config


def config() -> Config:
    paper = load_config("cityscapes")
    return dataclasses.replace(
        paper,
        name="cityscapes_mobile",
        data=dataclasses.replace(paper.data, has_instances=False),  # nobody draws instances
        model=dataclasses.replace(paper.model, norm="clade", base_width=16),
    )
