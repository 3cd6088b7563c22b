import keras
import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.models import build_discriminator, build_encoder, build_generator
from spade_tf.pytorch import load_state_dict
from spade_tf.pytorch.load import MOST_FAULTS
from spade_tf.pytorch.slots import slots_of
from tests.tiny_config import tiny_config

KINDS = {
    "spade": {},
    "clade with everything": {
        "model.norm": "clade_icpe",
        "data.has_instances": True,
        "model.latent_dim": 3,
    },
    "instance norm, most upsampling": {
        "model.param_free_norm": "instance",
        "model.upsampling": "most",
        "data.height": 128,
        "data.width": 256,
        "model.mask_kernel_size": 5,
    },
    "no spectral norm": {"model.spectral_norm": False, "discriminator.spectral_norm": False},
    "three scales": {"discriminator.num_scales": 3, "model.latent_dim": 4},
}


def random_state(model):
    rng = np.random.default_rng(0)
    slots = slots_of(model)
    return {name: rng.uniform(0.1, 1, slot.shape) for name, slot in slots.items()}


@pytest.mark.parametrize("values", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("build", [build_generator, build_discriminator, build_encoder])
def test_every_variable_is_filled_from_a_tensor_of_its_own(build, values):
    model = build(tiny_config(values))
    if model is None:
        assert "model.latent_dim" not in values
        return
    state = random_state(model)
    load_state_dict(model, state)
    assert len(state) == len(model.variables)
    filled = np.sort(np.concatenate([np.ravel(v) for v in model.variables]))
    given = np.sort(np.concatenate([x.ravel() for x in state.values()]).astype("float32"))
    np.testing.assert_array_equal(filled, given)


def test_a_kernel_and_its_vector_v_by_hand():
    encoder = build_encoder(tiny_config({"model.latent_dim": 3}))
    state = random_state(encoder)
    load_state_dict(encoder, state)
    conv = encoder.convolutions[0]
    kernel = state["layer1.0.weight_orig"]
    assert np.array(conv.layer.kernel)[0, 2, 1, 0] == np.float32(kernel[0, 1, 0, 2])
    # v pairs with the kernel in PyTorch's order (input, row, column); ours is (row, column, input).
    v = state["layer1.0.weight_v"].reshape(kernel.shape[1:])
    ours = np.array(conv.vector_v).reshape(np.array(conv.layer.kernel).shape[:3])
    assert ours[0, 2, 1] == np.float32(v[1, 0, 2])


def test_faults_are_listed_and_nothing_is_loaded():
    generator = build_generator(tiny_config())
    before = generator.get_weights()
    state = random_state(generator)
    state["conv_img.bias"] = np.zeros(4)
    state["fc.bias"] = np.full_like(state["fc.bias"], np.nan)
    del state["up_0.conv_s.weight_orig"]
    state["extra.weight"] = np.zeros((2, 2))
    with pytest.raises(UserError) as caught:
        load_state_dict(generator, state)
    message = str(caught.value)
    assert "nothing was loaded" in message
    assert "missing: up_0.conv_s.weight_orig (16, 32, 1, 1)" in message
    assert "unknown: extra.weight (2, 2)" in message
    assert "misshaped: conv_img.bias is (4,), expected (3,)" in message
    assert "not finite: fc.bias" in message
    for old, new in zip(before, generator.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_long_list_of_faults_is_cut():
    generator = build_generator(tiny_config())
    count = len(slots_of(generator))
    with pytest.raises(UserError, match=f"and {count - MOST_FAULTS} more"):
        load_state_dict(generator, {})


def test_a_network_without_known_names():
    with pytest.raises(TypeError, match="no PyTorch names are known for Sequential"):
        load_state_dict(keras.Sequential(), {})
