import numpy as np
import pytest

from spade_tf.training import Trainer
from tests.tiny_config import tiny_config
from tests.training.small_batches import make_batch, values_of

pytestmark = pytest.mark.usefixtures("eager")

VALUES = {
    "model.norm": "clade",  # takes half of SPADE's time
    # Steps that change weights in proportion to their gradients; Adam's own divide each by itself.
    "train.learning_rate": 0.1,
    "train.adam_epsilon": 1.0,
}


def make_trainer(steps, strategy=None, values=None):
    config = tiny_config({**VALUES, "train.gradient_accumulation": steps, **(values or {})})
    return Trainer(config, strategy=strategy)


def test_accumulated_steps_equal_one_with_the_mean_gradient():
    # Spectral vectors and running statistics move at every step; without them two steps on one
    # batch have the same gradients.
    values = {"model.spectral_norm": False, "discriminator.spectral_norm": False}
    one, two = (make_trainer(steps, values=values) for steps in (1, 2))
    before = values_of(two.generator.trainable_variables)
    batch = make_batch()
    one.train_step(batch)
    two.train_step(batch)
    for variable in two.generator.trainable_variables:
        np.testing.assert_array_equal(variable.numpy(), before[variable.path])
    two.train_step(batch)
    for network in ("generator", "discriminator"):
        for a, b in zip(
            getattr(one, network).trainable_variables,
            getattr(two, network).trainable_variables,
            strict=True,
        ):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-4, atol=1e-6, err_msg=a.path)
    moved = [np.abs(v.numpy() - before[v.path]).max() for v in two.generator.trainable_variables]
    assert max(moved) > 1e-4


@pytest.mark.slow
def test_two_replicas_accumulate_as_one_and_continue_in_the_middle(two_replicas, tmp_path):
    one, two = make_trainer(2), make_trainer(2, two_replicas)
    start = values_of(one.generator.trainable_variables)

    def step_both(seed):
        for trainer in (one, two):
            trainer.train_step(make_batch(seed=seed))
        states = (trainer.state for trainer in (one, two))
        alone, together = (
            values_of(state.generator.variables + state.generator_optimizer.variables)
            for state in states
        )
        for path, value in alone.items():
            atol = 1e-3 * np.abs(value).max() + 1e-6
            np.testing.assert_allclose(together[path], value, atol=atol, err_msg=path)
        return together

    middle = step_both(seed=1)
    waiting = [value for path, value in middle.items() if "gradient_accumulator" in path]
    assert len(waiting) == len(start)
    assert max(np.abs(value).max() for value in waiting) > 1e-3
    for path, value in start.items():
        np.testing.assert_array_equal(middle[path], value, err_msg=path)
    one.train_step(make_batch(seed=3))  # which the state of the two undoes
    saved = two.state.checkpoint().write(str(tmp_path / "middle"))
    one.state.checkpoint().read(saved).assert_consumed()
    end = step_both(seed=2)
    assert max(np.abs(end[path] - value).max() for path, value in start.items()) > 1e-3
