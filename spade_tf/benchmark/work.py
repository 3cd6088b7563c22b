"""Multiply-accumulates of a workload, exact for the label maps that it paints."""

import functools
from collections.abc import Mapping

import numpy as np

from spade_tf.benchmark.cases import TRAINING
from spade_tf.complexity import Complexity, measure
from spade_tf.config import Config
from spade_tf.layers import LayoutPyramid

Counts = dict[tuple[int, int], tuple[int, int]]
"""Distinct inner and outer neighbourhoods in a batch, by (height, width)."""

TRAINING_PASSES = {"generator": 4, "discriminator": 9}
"""Forward passes over a batch that an iteration is worth; a backward pass is worth two, or one
where only the image gets a gradient. The generator runs forward and backward, and forward once more
for the discriminator's step. The discriminator sees, for the generator, the image (forward, and
backward to the image) and the photograph (forward); for itself both (forward and backward)."""


def count_neighbourhoods(batch: Mapping[str, np.ndarray], config: Config) -> Counts:
    """How many distinct neighbourhoods the generator's layers find at each resolution."""
    pyramid = LayoutPyramid(
        batch["label_map"], config.data.num_labels, instance_map=batch.get("instance_map")
    )
    counts = {}
    for height, width in {layer.output[:2] for layer in _modulation(_complexity(config))}:
        found = pyramid.neighbourhoods(
            height, width, config.model.mask_kernel_size, config.data.has_instances
        )
        counts[height, width] = (len(found.inner.ids), len(found.outer.ids))
    return counts


def generator_macs(complexity: Complexity, batch_size: int, counts: Counts | None) -> int:
    """Multiply-accumulates of one forward pass over a batch.

    By neighbourhoods a mask convolution is a sum, and a gamma or beta convolution multiplies its
    kernel with the hidden vector of each inner neighbourhood where the definition does so for each
    pixel.

    Args:
        complexity: of one image, by convolutions.
        batch_size: images.
        counts: distinct neighbourhoods in the batch, or None for convolutions.
    """
    if counts is None:
        return batch_size * complexity.macs()
    macs = batch_size * complexity.macs("backbone")
    for layer in _modulation(complexity):
        if layer.name.endswith(("gamma_conv", "beta_conv")):
            height, width = layer.output[:2]
            macs += layer.macs // (height * width) * counts[height, width][0]
    return macs


def macs_of(batch: Mapping[str, np.ndarray], config: Config, what: str) -> int:
    """Multiply-accumulates of `inference` or `training` of one batch by an experiment's networks.

    Args:
        batch: as the networks read it.
        config: the experiment; `model.modulation` says whether by neighbourhoods.
        what: the workload's kind.
    """
    size = len(batch["label_map"])
    by_neighbourhoods = config.model.norm == "spade" and config.model.modulation != "convolutions"
    counts = count_neighbourhoods(batch, config) if by_neighbourhoods else None
    macs = generator_macs(_complexity(config), size, counts)
    if what != TRAINING:
        return macs
    discriminator = size * _complexity(config, "discriminator").macs()
    passes = TRAINING_PASSES
    return passes["generator"] * macs + passes["discriminator"] * discriminator


@functools.lru_cache(maxsize=64)
def _complexity(config: Config, network: str = "generator") -> Complexity:
    return measure(config, network)


def _modulation(complexity: Complexity) -> list:
    return [layer for layer in complexity.layers if layer.part == "modulation"]
