import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.layers import CLADE, SPADE
from spade_tf.models import build_discriminator, build_encoder, build_generator
from spade_tf.models.build import GENERATORS, build_norm
from tests.tiny_config import tiny_config


@pytest.mark.parametrize(
    ("overrides", "kind", "expected"),
    [
        (
            {"model.mask_kernel_size": 5, "model.hidden_width": 7},
            SPADE,
            {"kernel_size": 5, "hidden_width": 7, "has_instances": False},
        ),
        (
            {"model.norm": "clade", "data.has_instances": True},
            CLADE,
            {"has_instances": True, "use_positions": False},
        ),
        (
            {"model.norm": "clade_icpe", "model.param_free_norm": "instance"},
            CLADE,
            {"use_positions": True, "param_free_norm": "instance"},
        ),
    ],
)
def test_norm_of_a_name(overrides, kind, expected):
    norm = build_norm(tiny_config(overrides))
    assert type(norm) is kind
    assert norm.get_config().items() >= {"num_labels": 5, **expected}.items()


@pytest.mark.parametrize("norm", ["spade", "clade_icpe"])
def test_every_layer_has_the_precision_of_the_config(norm):
    config = tiny_config(
        {"train.precision": "mixed_float16", "model.norm": norm, "model.latent_dim": 2}
    )
    generator, discriminator = build_generator(config), build_discriminator(config)
    names = {block.name: block.dtype_policy.name for block in generator.blocks}
    assert set(names.values()) == {"mixed_float16"}
    head = generator.blocks[0]
    assert head.norm_0.norm.compute_dtype == "float16"
    assert head.conv_0.layer.compute_dtype == "float16"
    assert discriminator.scales[0].convolutions[1].layer.compute_dtype == "float16"
    assert build_encoder(config).convolutions[0].layer.compute_dtype == "float16"
    assert {v.dtype for v in generator.variables} == {"float32"}


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, False),
        ({"model.latent_dim": 2, "model.style_encoder": False}, False),
        ({"model.latent_dim": 2}, True),
    ],
)
def test_encoder_only_where_a_style_is_learnt(overrides, expected):
    assert (build_encoder(tiny_config(overrides)) is not None) == expected


def test_spectral_norm_can_be_left_out():
    config = tiny_config({"model.spectral_norm": False, "discriminator.spectral_norm": False})
    variables = build_generator(config).variables + build_discriminator(config).variables
    assert not [v.path for v in variables if "vector_u" in v.path]


def test_a_kind_that_nothing_makes_is_refused(monkeypatch):
    monkeypatch.delitem(GENERATORS, "spade")
    with pytest.raises(UserError, match="model.kind=spade cannot be built; write one of"):
        build_generator(tiny_config({}))


def test_normal_kernels():
    values = {"model.initializer": "normal", "model.init_gain": 0.3, "model.base_width": 16}
    kernels = [v for v in build_generator(tiny_config(values)).variables if v.name == "kernel"]
    deviations = [float(np.std(kernel)) for kernel in kernels if np.size(kernel) > 5000]
    assert len(deviations) > 5
    # The deviation of 5000 draws is within 0.3 * 3 / sqrt(2 * 5000) of 0.3.
    assert all(abs(deviation - 0.3) < 0.01 for deviation in deviations)


def test_the_discriminator_of_pix2pixhd_has_biases():
    values = {"model.kind": "pix2pixhd", "model.norm": "none"}
    assert build_discriminator(tiny_config(values)).scales[0].convolutions[1].layer.use_bias
    assert not build_discriminator(tiny_config()).scales[0].convolutions[1].layer.use_bias
