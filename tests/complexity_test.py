import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.complexity import LayerCost, count, measure
from spade_tf.config import load_config
from spade_tf.errors import UserError
from spade_tf.models import build_generator
from tests.tiny_config import tiny_config

NO_INSTANCES = {"data.has_instances": False}
LARGE = {"data.height": 512, "data.width": 1024}


@pytest.fixture(scope="module")
def spade():
    return measure(tiny_config())


def layer_of(complexity, name):
    return next(layer for layer in complexity.layers if layer.name == name)


def test_every_number_of_a_kernel_works_at_every_output_position():
    network = keras.Sequential(
        [
            keras.Input((6, 8, 2)),
            # 3x3 from 2 to 5 channels: 90 numbers and 5 biases, at 3x4 positions.
            keras.layers.Conv2D(5, 3, strides=2, padding="same", name="halved"),
            # 4x4 from 5 to 3: 240 numbers and 3 biases, at 6x8 positions.
            keras.layers.Conv2DTranspose(3, 4, strides=2, padding="same", name="doubled"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(7, use_bias=False, name="linear"),  # 3 to 7
        ],
        name="network",
    )
    complexity = count(network, tf.TensorSpec((1, 6, 8, 2)))
    assert complexity.layers == (
        LayerCost("halved", "backbone", (3, 4, 5), 95, 1080),
        LayerCost("doubled", "backbone", (6, 8, 3), 243, 11520),
        LayerCost("linear", "backbone", (7,), 21, 21),
    )
    assert (complexity.parameters(), complexity.macs(), complexity.untrained) == (359, 12621, 0)


def test_a_layer_called_twice_works_twice_and_is_stored_once():
    inputs = keras.Input((3,))
    shared = keras.layers.Dense(3, name="shared")  # 9 numbers, 3 biases
    network = keras.Model(inputs, shared(shared(inputs)))
    assert count(network, tf.TensorSpec((1, 3))).layers == (
        LayerCost("shared", "backbone", (3,), 12, 18),
    )


# The tiny generators have 32x32 = 1024 pixels, 5 labels, 4 hidden channels, and in the last block
# 4 channels in, 2 between the convolutions and out.
def test_spade_is_split_into_backbone_and_modulation(spade):
    names = [layer.name for layer in spade.layers]
    assert names[:6] == [
        "start",
        "head_0/norm_0/mask_conv",
        "head_0/norm_0/gamma_conv",
        "head_0/norm_0/beta_conv",
        "head_0/conv_0",
        "head_0/norm_1/mask_conv",
    ]
    expected = [
        # One position, 3x3, 5 to 32 channels.
        LayerCost("start", "backbone", (1, 1, 32), 1440 + 32, 1440),
        LayerCost("up_3/norm_0/mask_conv", "modulation", (32, 32, 4), 184, 1024 * 9 * 5 * 4),
        LayerCost("up_3/norm_0/gamma_conv", "modulation", (32, 32, 4), 148, 1024 * 9 * 4 * 4),
        LayerCost("up_3/norm_0/beta_conv", "modulation", (32, 32, 4), 148, 1024 * 9 * 4 * 4),
        LayerCost("up_3/conv_0", "backbone", (32, 32, 2), 74, 1024 * 9 * 4 * 2),
        LayerCost("up_3/norm_1/gamma_conv", "modulation", (32, 32, 2), 74, 1024 * 9 * 4 * 2),
        LayerCost("up_3/conv_1", "backbone", (32, 32, 2), 38, 1024 * 9 * 2 * 2),
        LayerCost("up_3/conv_s", "backbone", (32, 32, 2), 8, 1024 * 4 * 2),
        LayerCost("to_image", "backbone", (32, 32, 3), 57, 1024 * 9 * 2 * 3),
    ]
    assert [layer_of(spade, layer.name) for layer in expected] == expected


def test_clade_is_tables_and_pointwise_convolutions():
    values = {"model.norm": "clade_icpe", "data.has_instances": True}
    complexity = measure(tiny_config(values))
    expected = [
        # Two tables of 5 rows and 4 channels; a look-up is no multiplication.
        LayerCost("up_3/norm_0", "modulation", (32, 32, 5), 40, 0),
        LayerCost("up_3/norm_0/edge_conv", "modulation", (32, 32, 1), 2, 1024),
        LayerCost("up_3/norm_0/gamma_position_conv", "modulation", (32, 32, 1), 3, 2048),
        LayerCost("up_3/norm_0/beta_position_conv", "modulation", (32, 32, 1), 3, 2048),
        # The edge channel is the fifth.
        LayerCost("up_3/conv_0", "backbone", (32, 32, 2), 92, 1024 * 9 * 5 * 2),
    ]
    assert [layer_of(complexity, layer.name) for layer in expected] == expected


def test_every_backbone_layer_comes_with_the_modulation_before_it(spade):
    groups = spade.by_backbone_layer()
    assert [layer.name for layer, _ in groups[:3]] == ["start", "head_0/conv_0", "head_0/conv_1"]
    assert [{x.name.rpartition("/")[0] for x in before} for _, before in groups[:3]] == [
        set(),
        {"head_0/norm_0"},
        {"head_0/norm_1"},
    ]


def test_discriminator():
    # Two zeros on each side: 32 + 4 - 4 steps of 2 make 17 positions, then 18, then 19.
    layers = measure(tiny_config(), "discriminator").layers
    assert layers == (
        LayerCost("scale_0/conv_0", "backbone", (17, 17, 2), 16 * 8 * 2 + 2, 289 * 16 * 8 * 2),
        LayerCost("scale_0/conv_1", "backbone", (18, 18, 4), 16 * 2 * 4, 324 * 16 * 2 * 4),
        LayerCost("scale_0/logits", "backbone", (19, 19, 1), 16 * 4 + 1, 361 * 16 * 4),
    )


def test_encoder():
    # The photograph is scaled to 16x16, then halved to 8x8 and 4x4.
    layers = measure(tiny_config({"model.latent_dim": 3}), "encoder").layers
    assert layers == (
        LayerCost("conv_0", "backbone", (8, 8, 2), 54, 64 * 54),
        LayerCost("conv_1", "backbone", (4, 4, 4), 72, 16 * 72),
        LayerCost("mean", "backbone", (3,), 64 * 3 + 3, 64 * 3),
        LayerCost("log_variance", "backbone", (3,), 64 * 3 + 3, 64 * 3),
    )


def test_a_config_without_encoder_is_refused():
    with pytest.raises(UserError, match="has no encoder.*latent_dim=256"):
        measure(tiny_config(), "encoder")


def test_a_network_with_weights_is_counted_alike_and_left_as_it_was():
    values = {"model.upsampling": "most", "data.height": 128, "data.width": 128}
    config = tiny_config({**values, "model.latent_dim": 3, "model.modulation": "convolutions"})
    network = build_generator(config)
    before = [np.array(value) for value in network.get_weights()]
    label_map = tf.TensorSpec((1, 128, 128), tf.int32)
    complexity = count(network, {"label_map": label_map, "z": tf.TensorSpec((1, 3))})
    assert complexity == measure(config)
    assert complexity.parameters() == sum(math.prod(v.shape) for v in network.trainable_variables)
    assert complexity.parameters() + complexity.untrained == network.count_params()
    assert not any("call" in vars(layer) for layer in network._flatten_layers())
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_weights_take_no_memory():
    # 70 GB of them: ADE20K's generator at 16 times the width.
    config = load_config("ade20k", {"model.base_width": 1024, "model.norm": "clade"})
    assert measure(config).parameters() * 4 > 60e9


def test_a_layer_that_never_runs_is_an_error():
    class Forgetful(keras.Model):
        def build(self, shape):
            self.used, self.forgotten = (
                keras.layers.Dense(2, name=name) for name in ("used", "forgotten")
            )
            self.used.build(shape)
            self.forgotten.build(shape)

        def call(self, x):
            return self.used(x)

    network = Forgetful(name="network")
    network.build((None, 2))
    with pytest.raises(ValueError, match="never called: network/forgotten"):
        count(network, tf.TensorSpec((1, 2)))


def published(name, overrides):
    """A paper's network. Spectral vectors, which take a quarter of the time, do not count."""
    return measure(load_config(name, {"model.spectral_norm": False, **overrides}))


@pytest.mark.slow  # all of them together
@pytest.mark.parametrize(
    ("name", "norm", "overrides", "parameters", "millions", "gmacs", "digit"),
    [
        # CLADE paper, Tables 3 and 4, where `digit` is the last one printed (Cityscapes' SPADE is
        # in whole numbers), and the exact parameters of the official networks. COCO's rows are
        # without instance maps: with them CLADE would have 72.5 M.
        ("ade20k", "spade", {}, 96_492_483, 96.5, 181.3, 0.1),
        ("ade20k", "clade", {}, 71_427_267, 71.4, 42.2, 0.1),
        ("coco", "clade", NO_INSTANCES, None, 72.4, 42.2, 0.1),
        ("cityscapes", "spade", LARGE, 93_048_003, 93.05, 1126.0, 1),
        ("cityscapes", "clade", LARGE, 67_901_991, 67.90, 302.17, 0.01),
    ],
)
def test_tables_of_the_clade_paper(name, norm, overrides, parameters, millions, gmacs, digit):
    complexity = published(name, {**overrides, "model.norm": norm})
    assert parameters in (None, complexity.parameters())
    assert complexity.parameters() / 1e6 == pytest.approx(millions, rel=0.005)
    assert complexity.macs() / 1e9 == pytest.approx(gmacs, rel=0.005)
    # The paper also counts one for each number that has a bias, which all but the shortcuts have.
    biased = [x for x in complexity.layers if x.macs and not x.name.endswith("conv_s")]
    additions = sum(math.prod(layer.output) for layer in biased)
    assert (complexity.macs() + additions) / 1e9 == pytest.approx(gmacs, abs=digit / 2)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "norm", "overrides", "parameters", "millions", "gmacs"),
    [
        # Exact parameters of the official networks with COCO's instance maps.
        ("coco", "spade", {}, 97_480_899, 97.48, 191.1),
        ("cityscapes", "clade", {}, 67_901_991, 67.90, 75.5),
        # SPADE paper, Table 4: narrow and wide generators have 61 M and 141 M.
        ("ade20k", "spade", {"model.base_width": 48}, None, 60.6, 139.4),
        ("ade20k", "spade", {"model.base_width": 80}, None, 140.7, None),
        ("ade20k", "clade", {"model.base_width": 32}, None, 19.0, 10.6),
    ],
)
def test_other_official_networks(name, norm, overrides, parameters, millions, gmacs):
    complexity = published(name, {**overrides, "model.norm": norm})
    assert parameters in (None, complexity.parameters())
    assert complexity.parameters() / 1e6 == pytest.approx(millions, rel=0.005)
    assert gmacs is None or complexity.macs() / 1e9 == pytest.approx(gmacs, rel=0.005)


KIND, NORM, WIDTH = "model.kind", "model.norm", "model.base_width"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "overrides", "millions", "gmacs"),
    [
        # CLADE paper, Tables 3 and 4.
        ("ade20k", {KIND: "pix2pixhd"}, 182.9, 99.3),
        ("coco", {KIND: "pix2pixhd"} | NO_INSTANCES, 183.0, 105.9),
        ("cityscapes", {KIND: "pix2pixhd"} | LARGE | NO_INSTANCES, 182.5, 603.7),
        # SPADE paper, Table 3, whose millions are those of ADE20K.
        ("ade20k", {KIND: "pix2pixhd", WIDTH: 48}, 103, None),
        ("ade20k", {KIND: "pix2pixhd_pp"}, 183, None),
        ("ade20k", {KIND: "pix2pixhd_pp", NORM: "spade"}, 237, None),
        ("ade20k", {KIND: "pix2pixhd_pp", NORM: "concat"}, 195, None),
        ("ade20k", {NORM: "concat"}, 79, None),
    ],
)
def test_encoder_decoders_and_concat(name, overrides, millions, gmacs):
    complexity = published(name, overrides)
    assert complexity.parameters() / 1e6 == pytest.approx(millions, rel=0.003)
    assert gmacs is None or complexity.macs() / 1e9 == pytest.approx(gmacs, rel=0.001)
