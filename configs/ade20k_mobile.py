"""CLADE of a quarter of the papers' width on ADE20K, 256x256, for phones.

Paper     none; the recipe is that of configs/ade20k.py.
Data      as configs/ade20k.py.
Hardware  as configs/ade20k.py; the generator needs 2.7 GMAC an image.
Command   bazel run //spade_tf:train -- --config=ade20k_mobile --config.data.root=DIR
Our score not measured: the full data set and GPUs were not at hand.
"""

import dataclasses

from spade_tf.config import Config, load_config


def config() -> Config:
    paper = load_config("ade20k")
    return dataclasses.replace(
        paper,
        name="ade20k_mobile",
        model=dataclasses.replace(paper.model, norm="clade", base_width=16),
    )
