import numpy as np
import pytest

from spade_tf.config import get, load_config, replace
from spade_tf.errors import UserError
from spade_tf.models import build_discriminator, build_encoder, build_generator
from spade_tf.pytorch.architecture import (
    discriminator_values,
    encoder_values,
    generator_values,
    overrides,
)
from spade_tf.pytorch.slots import slots_of
from tests.tiny_config import tiny_config

KINDS = {
    "spade": {"data.has_instances": True},
    "latent, more": {"model.latent_dim": 7, "model.upsampling": "more", "data.width": 128,
                     "data.height": 64},
    "latent, normal": {"model.latent_dim": 7, "data.width": 128, "data.height": 64},
    "most": {"model.upsampling": "most", "data.width": 128, "data.height": 128},
    "5x5, instance norm": {"model.mask_kernel_size": 5, "model.param_free_norm": "instance"},
    "clade": {"model.norm": "clade", "model.base_width": 3},
    "clade_icpe": {"model.norm": "clade_icpe", "data.has_instances": True},
    "no spectral norm": {"model.spectral_norm": False, "discriminator.spectral_norm": False},
    "discriminator": {"discriminator.num_scales": 3, "discriminator.num_layers": 4,
                      "discriminator.base_width": 6},
}  # fmt: skip
ARCHITECTURE = (
    "model.norm model.base_width model.latent_dim model.upsampling model.param_free_norm "
    "model.mask_kernel_size model.hidden_width model.spectral_norm model.encoder_size "
    "discriminator.base_width discriminator.num_scales discriminator.num_layers "
    "discriminator.spectral_norm"
).split()


def state_of(model):
    return {name: np.zeros(slot.shape) for name, slot in slots_of(model).items()}


def found_in(config):
    found = {
        "G": generator_values(state_of(build_generator(config))),
        "D": discriminator_values(state_of(build_discriminator(config))),
    }
    if config.has_encoder:
        found["E"] = encoder_values(state_of(build_encoder(config)))
    return found


@pytest.mark.parametrize("values", KINDS.values(), ids=KINDS)
def test_the_architecture_is_found_from_the_tensors(values):
    truth = tiny_config(values)
    # A config that knows the data alone: labels and size.
    config = load_config("custom")
    for key in ("data.num_labels", "data.has_instances", "data.height", "data.width"):
        config = replace(config, key, get(truth, key))
    # What no weight shows when no latent fills the start grid.
    if not truth.model.latent_dim:
        config = replace(config, "model.upsampling", truth.model.upsampling)
    for key, value in overrides(found_in(truth), config, set()).items():
        config = replace(config, key, value)
    for key in ARCHITECTURE:
        if key == "model.encoder_size" and not truth.has_encoder:
            continue
        if key in ("model.mask_kernel_size", "model.hidden_width") and "clade" in truth.model.norm:
            continue
        assert get(config, key) == get(truth, key), key


def test_batch_statistics_win_over_instance_norm_of_the_config():
    config = replace(tiny_config(), "model.param_free_norm", "instance")
    values = overrides(found_in(tiny_config()), config, set())
    assert values["model.param_free_norm"] == "sync_batch"
    with pytest.raises(UserError, match="has batch statistics, the config model.param_free_norm"):
        overrides(found_in(tiny_config()), config, {"model.param_free_norm"})


@pytest.mark.parametrize(
    ("values", "asked", "message"),
    [
        ({"data.num_labels": 6}, {"data.num_labels"}, "layout has 5 channels, the config's 6"),
        ({"data.dataset": "camvid", "data.num_labels": 6}, set(), "5 channels, the config's 6"),
        ({"model.base_width": 5}, {"model.base_width"}, "model.base_width=2, the config 5"),
        ({"model.norm": "clade"}, {"model.norm"}, "model.norm=spade, the config clade"),
    ],
)
def test_what_contradicts_the_config(values, asked, message):
    with pytest.raises(UserError, match=message):
        overrides(found_in(tiny_config()), tiny_config(values), asked)


def test_a_config_that_differs_without_being_asked_for_gives_way():
    config = tiny_config({"model.base_width": 5, "model.norm": "clade"})
    values = overrides(found_in(tiny_config()), config, set())
    assert values["model.base_width"] == 2 and values["model.norm"] == "spade"


def test_labels_of_a_known_data_set_are_checked():
    found = found_in(tiny_config({"model.norm": "clade"}))
    config = tiny_config({"data.num_labels": 6, "data.dataset": "camvid"})
    with pytest.raises(UserError, match="data.num_labels=5, the config 6"):
        overrides(found, config, set())


@pytest.mark.parametrize(
    ("norm", "has_instances"), [("spade", False), ("clade", False), ("clade", True)]
)
def test_custom_folders_have_the_labels_of_the_checkpoint(norm, has_instances):
    truth = {"model.norm": norm, "data.has_instances": has_instances, "data.num_labels": 9}
    values = overrides(found_in(tiny_config(truth)), tiny_config(), set())
    assert values["data.num_labels"] == 9
    assert values.get("data.has_instances", False) == has_instances


def test_files_of_different_networks():
    found = found_in(tiny_config({"model.latent_dim": 7}))
    found["E"] = {**found["E"], "model.latent_dim": 8}
    with pytest.raises(UserError, match="E has model.latent_dim=8, another file 7"):
        overrides(found, tiny_config(), set())


def test_a_start_grid_of_another_size():
    found = found_in(tiny_config({"model.latent_dim": 7, "data.width": 128, "data.height": 128}))
    with pytest.raises(UserError, match=r"starts from 16 pixels \(4x4 if square\)"):
        overrides(found, tiny_config(), set())


@pytest.mark.parametrize("values", [generator_values, discriminator_values, encoder_values])
def test_another_network(values):
    with pytest.raises(
        UserError, match=r"this is no .*: expected tensors such as .*found model.1.w"
    ):
        values({"model.1.weight": np.zeros(3)})
