"""The tables of the SPADE and CLADE papers: what each row changes, and what was published.

Published numbers are mIoU in percent or, where a table has three, mIoU / accuracy / FID.
"""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from spade_tf.errors import UserError


@dataclasses.dataclass(frozen=True)
class Row:
    """One experiment of a table.

    Attributes:
      name: as in the paper, in few words.
      changes: dotted keys to values, on top of the table's own.
      published: the paper's figures by data set; empty where there are none.
    """

    name: str
    changes: Mapping[str, Any]
    published: Mapping[str, str]

    @property
    def folder(self) -> str:
        """A file name for the row."""
        plain = self.name.replace("++", "pp").replace("w/o", "without").replace("w/", "with")
        return "_".join(re.findall(r"[a-z0-9]+", plain.lower()))


@dataclasses.dataclass(frozen=True)
class Table:
    """A table of a paper.

    Attributes:
      title: which, and what it compares.
      figures: what the published figures are.
      changes: what all rows have in common, before their own.
      rows: in the paper's order; rows of equal changes are one experiment.
    """

    title: str
    figures: str
    changes: Mapping[str, Any]
    rows: tuple[Row, ...]


SPADE = {"model.kind": "spade", "model.norm": "spade", "model.latent_dim": 0}

THREE = ("COCO-Stuff", "ADE20K", "Cityscapes")
FOUR = ("COCO-Stuff", "ADE20K", "ADE20K-outdoor", "Cityscapes")


def _row(name: str, figures: str, sets: tuple[str, ...] = THREE, **changes: Any) -> Row:
    """`figures` of the data sets, separated by spaces; `-` is none. `__` in keys is a dot."""
    values = zip(sets, figures.split(), strict=True) if figures else ()
    published = {name: value for name, value in values if value != "-"}
    return Row(name, {key.replace("__", "."): value for key, value in changes.items()}, published)


DECODER: dict[str, Any] = {"model__kind": "spade", "model__norm": "spade"}
PIX2PIXHD: dict[str, Any] = {"model__kind": "pix2pixhd"}
PLUS_PLUS: dict[str, Any] = {"model__kind": "pix2pixhd_pp"}

TABLES: dict[str, Table] = {
    "table1": Table(
        "SPADE paper, Table 1: methods",
        "mIoU / accuracy / FID",
        {"model.latent_dim": 0},
        (
            _row("CRN", "23.7/40.4/70.4 22.4/68.8/73.3 16.5/68.6/99.0 52.4/77.1/104.7", FOUR,
                 model__kind="crn"),
            _row("SIMS", "- - 13.1/74.7/67.7 47.2/75.5/49.7", FOUR, model__kind="sims"),
            _row("pix2pixHD", "14.6/45.8/111.5 20.3/69.2/81.8 17.4/71.6/97.8 58.3/81.4/95.0", FOUR,
                 **PIX2PIXHD),
            _row("SPADE", "37.4/67.9/22.6 38.5/79.9/33.9 30.8/82.9/63.3 62.3/81.9/71.8", FOUR,
                 model__kind="spade", model__norm="spade"),
        ),
    ),
    "table3": Table(
        "SPADE paper, Table 3: SPADE in several architectures",
        "mIoU, %",
        {"model.latent_dim": 0},
        (
            _row("decoder w/ SPADE", "35.2 38.5 62.3", **DECODER),
            _row("compact decoder w/ SPADE", "35.2 38.0 62.5", **DECODER, model__base_width=48),
            _row("decoder w/ Concat", "31.9 33.6 61.1", model__kind="spade", model__norm="concat"),
            _row("pix2pixHD++ w/ SPADE", "34.4 39.0 62.2", **PLUS_PLUS, model__norm="spade"),
            _row("pix2pixHD++ w/ Concat", "32.9 38.9 57.1", **PLUS_PLUS, model__norm="concat"),
            _row("pix2pixHD++", "32.7 38.3 58.8", **PLUS_PLUS),
            _row("compact pix2pixHD++", "31.6 37.3 57.6", **PLUS_PLUS, model__base_width=48),
            _row("pix2pixHD", "14.6 20.3 58.3", **PIX2PIXHD),
        ),
    ),
    "table4": Table(
        "SPADE paper, Table 4: variations of the generator",
        "mIoU, %",
        SPADE,
        (
            _row("segmentation map input", "35.2 38.5 62.3"),
            _row("random input", "35.3 38.3 61.6", model__latent_dim=256,
                 model__style_encoder=False),
            _row("kernel 5x5", "35.0 39.3 61.8", model__mask_kernel_size=5),
            _row("kernel 3x3", "35.2 38.5 62.3"),
            _row("kernel 1x1", "32.7 35.9 59.9", model__mask_kernel_size=1),
            _row("141 M parameters", "35.3 38.3 62.5", model__base_width=80),
            _row("96 M parameters", "35.2 38.5 62.3"),
            _row("61 M parameters", "35.2 38.0 62.5", model__base_width=48),
            _row("Sync BatchNorm", "35.0 39.3 61.8"),
            _row("BatchNorm", "33.7 37.9 61.8", model__param_free_norm="batch"),
            _row("InstanceNorm", "33.9 37.4 58.7", model__param_free_norm="instance"),
        ),
    ),
    "table5": Table(
        "SPADE paper, Table 5: losses, discriminator, and pix2pixHD++ piece by piece",
        "mIoU, %",
        {"model.latent_dim": 0, "losses.vgg_weight": 10.0},
        (
            _row("SPADE", "35.2 38.5 62.3", **DECODER),
            _row("SPADE w/o perceptual loss", "24.7 30.1 57.4", **DECODER, losses__vgg_weight=0.0),
            _row("SPADE w/o feature matching", "33.2 38.0 62.2", **DECODER,
                 losses__feature_matching_weight=0.0),
            _row("SPADE w/ deeper discriminator", "34.9 38.3 60.9", **DECODER,
                 discriminator__num_layers=5),
            _row("pix2pixHD++ w/ SPADE", "34.4 39.0 62.2", **PLUS_PLUS, model__norm="spade"),
            _row("pix2pixHD++", "32.7 38.3 58.8", **PLUS_PLUS),
            _row("pix2pixHD++ w/o sync BN", "27.4 31.8 51.1", **PLUS_PLUS,
                 model__param_free_norm="instance"),
            _row("pix2pixHD++ w/o sync BN, SN", "26.0 31.9 52.3", **PLUS_PLUS,
                 model__param_free_norm="instance", model__spectral_norm=False,
                 discriminator__spectral_norm=False),
            _row("pix2pixHD", "14.6 20.3 58.3", **PIX2PIXHD),
        ),
    ),
    "clade_table1": Table(
        "CLADE paper, Table 1: methods, as its authors measured them",
        "mIoU / accuracy / FID",
        {"model.latent_dim": 0},
        (
            _row("SIMS", "- - - 47.47/85.69/49.13", FOUR, model__kind="sims"),
            _row("pix2pixHD", "18.01/52.21/77.43 27.27/72.61/50.34 14.89/76.70/71.26 "
                 "56.44/92.99/67.50", FOUR, **PIX2PIXHD),
            _row("SPADE", "35.44/67.07/29.42 36.63/78.28/36.77 19.30/80.44/54.16 "
                 "67.57/94.83/55.15", FOUR, **DECODER),
            _row("CLADE", "35.19/65.84/30.55 35.43/77.36/38.56 18.71/80.77/55.81 "
                 "65.16/94.67/55.81", FOUR, model__kind="spade", model__norm="clade"),
            _row("CLADE-ICPE", "", FOUR, model__kind="spade", model__norm="clade_icpe"),
        ),
    ),
    "clade_table3": Table(
        "CLADE paper, Table 3: parameters and multiply-accumulates",
        "M parameters / GMAC",
        {"model.latent_dim": 0},
        (
            _row("pix2pixHD", "183.0/105.9 182.9/99.3 182.5/603.7", **PIX2PIXHD),
            _row("SPADE", "97.5/191.0 96.5/181.3 93.0/1124.0", **DECODER),
            _row("CLADE", "72.4/42.2 71.4/42.2 67.8/300.9", model__kind="spade",
                 model__norm="clade"),
        ),
    ),
}  # fmt: skip


def find_table(name: str) -> Table:
    """The table of a name. Raises UserError with the names there are."""
    if name not in TABLES:
        raise UserError(f"no table {name!r}; write one of {', '.join(TABLES)}")
    return TABLES[name]
