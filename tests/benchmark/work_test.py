import numpy as np
import pytest

from spade_tf.benchmark.work import count_neighbourhoods, generator_macs, macs_of
from spade_tf.complexity import Complexity, LayerCost, measure
from tests.tiny_config import tiny_config


def test_macs_by_neighbourhoods_by_hand():
    def modulation(name, channels_in, channels):
        macs = 4 * 6 * 9 * channels_in * channels
        return LayerCost(f"head/norm_0/{name}", "modulation", (4, 6, channels), 0, macs)

    layers = (
        LayerCost("start", "backbone", (4, 6, 8), 0, 1000),
        modulation("mask_conv", 5, 2),
        modulation("gamma_conv", 2, 3),
        modulation("beta_conv", 2, 3),
    )
    complexity = Complexity(layers, 0)
    # By convolutions: two images, 1000 + 24 pixels * 9 * (5*2 + 2*3 + 2*3).
    assert generator_macs(complexity, 2, None) == 2 * (1000 + 24 * 9 * 22)
    # The backbone for two images; for each of the batch's 5 inner neighbourhoods 9 * (2*3 + 2*3).
    assert generator_macs(complexity, 2, {(4, 6): (5, 7)}) == 2 * 1000 + 5 * 9 * 12


BY_NEIGHBOURHOODS = tiny_config({"model.modulation": "neighbourhoods"})


def test_neighbourhoods_of_one_label():
    # The windows of one label differ by how they lie over the border. Inner ones have their centres
    # up to one pixel outside. Along a side of n pixels there are n + 2 of them, at most 5; outer
    # ones n, at most 5.
    batch = {"label_map": np.zeros((2, 32, 32), np.int32)}
    assert count_neighbourhoods(batch, BY_NEIGHBOURHOODS) == {
        (1, 1): (3**2, 1**2),
        (2, 2): (4**2, 2**2),
        (4, 4): (5**2, 4**2),
        (8, 8): (5**2, 5**2),
        (16, 16): (5**2, 5**2),
        (32, 32): (5**2, 5**2),
    }


def test_edges_make_more_neighbourhoods():
    config = tiny_config({"data.has_instances": True})
    batch = {"label_map": np.zeros((1, 32, 32), np.int32)}
    batch["instance_map"] = np.kron([[1, 2]], np.ones((1, 32, 16), np.int32))
    assert count_neighbourhoods(batch, config)[32, 32][0] > 25


def test_work_of_inference_and_training():
    config = tiny_config({"model.norm": "clade"})
    batch = {"label_map": np.zeros((2, 32, 32), np.int32)}
    generator = 2 * measure(config).macs()
    discriminator = 2 * measure(config, "discriminator").macs()
    assert macs_of(batch, config, "inference") == generator
    assert macs_of(batch, config, "training") == 4 * generator + 9 * discriminator


@pytest.mark.slow
def test_modulation_of_the_experiment_decides():
    batch = {"label_map": np.zeros((1, 32, 32), np.int32)}
    by_convolutions = tiny_config({"model.modulation": "convolutions"})
    convolutions, neighbourhoods = (
        macs_of(batch, config, "inference") for config in (by_convolutions, BY_NEIGHBOURHOODS)
    )
    complexity = measure(by_convolutions)
    assert convolutions == complexity.macs()
    assert complexity.macs("backbone") < neighbourhoods < convolutions
