import numpy as np
import pytest

from spade_tf.training.state import TrainingState, copy_variables, variables_by_path
from tests.tiny_config import tiny_config


@pytest.mark.parametrize("precision", ["float32", "mixed_float16"])
def test_a_checkpoint_brings_every_variable_back(precision, tmp_path):
    """Into a state of another seed, whose variables all differ."""
    values = {"model.latent_dim": 3, "train.precision": precision, "model.norm": "clade"}
    states = [TrainingState(tiny_config({**values, "train.seed": seed})) for seed in (1, 2)]
    for state, number in zip(states, (1.0, 2.0), strict=True):
        for variable in everything(state):
            variable.assign(np.full(variable.shape, number))
    saved = states[0].checkpoint().write(str(tmp_path / "state"))
    states[1].checkpoint().read(saved).assert_consumed()
    variables = everything(states[1])
    assert all(np.all(v.numpy() == 1) for v in variables)
    names = " ".join(getattr(v, "path", v.name) for v in variables)
    for part in ("moving_mean", "vector_u", "momentum", "velocity", "encoder", "images_seen"):
        assert part in names
    assert ("dynamic_scale" in names) == (precision == "mixed_float16")


def everything(state):
    parts = [
        state.generator,
        state.discriminator,
        state.encoder,
        state.ema_generator,
        state.generator_optimizer,
        state.discriminator_optimizer,
    ]
    return [v for part in parts for v in part.variables] + [state.step, state.images_seen]


def test_the_average_starts_as_the_generator():
    state = TrainingState(tiny_config())
    for a, b in zip(state.generator.variables, state.ema_generator.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_average_of_the_generator():
    """0.75 * 2 + 0.25 * 10 = 4."""
    state = TrainingState(tiny_config())
    copy_variables([np.full(3, 2.0)], [state.ema_generator.to_image.bias])
    copy_variables([np.full(3, 10.0)], [state.generator.to_image.bias])
    state.average_generator(0.75)
    np.testing.assert_allclose(state.ema_generator.to_image.bias.numpy(), [4.0, 4.0, 4.0])


def test_adam_of_the_config():
    values = {"train.beta_1": 0.25, "train.beta_2": 0.5, "train.adam_epsilon": 0.125}
    state = TrainingState(tiny_config(values))
    for optimizer in (state.generator_optimizer, state.discriminator_optimizer):
        assert (optimizer.beta_1, optimizer.beta_2, optimizer.epsilon) == (0.25, 0.5, 0.125)


def test_names_in_a_checkpoint_are_the_paths():
    names = variables_by_path(TrainingState(tiny_config()).discriminator)
    assert "discriminator/scale_0/conv_0/kernel" in names
