import numpy as np
import pytest

from spade_tf.config import get, load_config
from spade_tf.errors import UserError
from spade_tf.models import build_discriminator, build_generator
from spade_tf.pytorch.architecture import discriminator_values, generator_values, overrides
from spade_tf.pytorch.slots import slots_of

SMALL = {
    "data.num_labels": 5,
    "data.has_instances": True,
    "model.base_width": 4,
    "model.residual_blocks": 2,
    "discriminator.base_width": 2,
}
KINDS = {
    "global": {"model.kind": "pix2pixhd"},
    "enhancer": {"model.kind": "pix2pixhd", "model.local_enhancer": True},
    "++": {"model.kind": "pix2pixhd_pp", "model.param_free_norm": "instance"},
}
KEYS = (
    "model.kind model.norm model.param_free_norm model.spectral_norm model.local_enhancer "
    "model.residual_blocks model.base_width model.latent_dim discriminator.base_width "
    "discriminator.num_scales discriminator.num_layers discriminator.spectral_norm"
).split()


def state_of(model):
    return {name: np.zeros(slot.shape) for name, slot in slots_of(model).items()}


@pytest.mark.parametrize("kind", KINDS)
def test_tensors_show_the_network(kind):
    config = load_config("custom", {**SMALL, **KINDS[kind]})
    found = {
        "G": generator_values(state_of(build_generator(config))),
        "D": discriminator_values(state_of(build_discriminator(config))),
    }
    plain = load_config("custom", {"data.has_instances": True})
    values = overrides(found, plain, asked=set())
    assert values["data.num_labels"] == 5
    assert {key: values[key] for key in KEYS} == {key: get(config, key) for key in KEYS}


def test_norms_that_learn_are_refused():
    state = {
        "model.1.0.weight": np.zeros((4, 6, 7, 7)),
        "model.1.1.running_mean": np.zeros(4),
    }
    with pytest.raises(UserError, match="only instance normalisation can be imported"):
        generator_values(state)


def test_an_enhancer_of_another_depth_is_refused():
    config = load_config("custom", {**SMALL, **KINDS["enhancer"]})
    state = state_of(build_generator(config))
    state = {name: x for name, x in state.items() if not name.startswith("model1_2.2.")}
    with pytest.raises(UserError, match="has 2 residual blocks, expected 3"):
        generator_values(state)
