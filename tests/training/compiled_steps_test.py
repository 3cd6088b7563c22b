"""Compiled steps: several in one call, and with XLA."""

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.training import Trainer
from tests.tiny_config import tiny_config
from tests.training.small_batches import make_batch, values_of

pytestmark = pytest.mark.slow

VALUES = {
    "model.norm": "clade",  # takes half of SPADE's time
    # Steps that change weights in proportion to their gradients; Adam's own divide each by itself.
    "train.learning_rate": 0.1,
    "train.adam_epsilon": 1.0,
    # Less to compile.
    "discriminator.num_layers": 1,
    "train.discriminator_fake": "shared",
}


@pytest.fixture(scope="module")
def xla(tmp_path_factory):
    """A trainer whose steps XLA compiles, and the state that it starts from."""
    trainer = Trainer(tiny_config({**VALUES, "train.jit_compile": True}))
    folder = tmp_path_factory.mktemp("start")
    return trainer, trainer.state.checkpoint().write(str(folder / "start"))


def run(trainer, start, calls):
    """Trains on different batches with so many steps in each call; the terms, and all variables."""
    trainer.state.checkpoint().read(start).assert_consumed()
    examples = [make_batch(seed=seed) for seed in (1, 2, 3)]
    stacked = {key: np.stack([e[key] for e in examples]) for key in examples[0]}
    batches = tf.data.Dataset.from_tensor_slices(stacked)
    iterator = iter(trainer.strategy.experimental_distribute_dataset(batches))
    terms = [trainer.run(iterator, steps) for steps in calls]
    variables = trainer.generator.variables + trainer.state.discriminator_optimizer.variables
    return {name: np.concatenate([t[name] for t in terms]) for name in terms[0]}, values_of(
        variables
    )


def test_steps_in_one_call_equal_single_calls(xla):
    """Three steps in one call, and three calls from the same state: bit for bit."""
    trainer, _ = xla
    terms, variables = run(*xla, [3])
    assert list(terms) == trainer.term_names
    assert int(trainer.state.step) == 3
    assert int(trainer.state.images_seen) == 6
    again, same_variables = run(*xla, [1, 1, 1])
    for name, values in terms.items():
        assert len(set(values)) == 3
        np.testing.assert_array_equal(values, again[name])
    for path, value in variables.items():
        np.testing.assert_array_equal(value, same_variables[path], err_msg=path)


def test_xla_equals_eager(xla, request):
    terms, variables = run(*xla, [1])
    request.getfixturevalue("eager")
    expected, values = run(Trainer(tiny_config(VALUES)), xla[1], [1])
    for name, value in expected.items():
        assert terms[name] == pytest.approx(value, rel=1e-4, abs=1e-5)
    for path, value in values.items():
        np.testing.assert_allclose(variables[path], value, rtol=1e-3, atol=1e-4, err_msg=path)
