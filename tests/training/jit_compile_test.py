import numpy as np
import pytest

from spade_tf.training import Trainer
from tests.tiny_config import tiny_config
from tests.training.small_batches import make_batch

VALUES = {
    "model.norm": "clade",  # takes half of SPADE's time
    # Steps that change weights in proportion to their gradients; Adam's own divide each by itself.
    "train.learning_rate": 0.1,
    "train.adam_epsilon": 1.0,
    "discriminator.num_layers": 1,
    "train.discriminator_fake": "shared",  # less to compile
}


@pytest.mark.slow
def test_a_step_compiled_with_xla_equals_an_eager_one(request):
    xla = Trainer(tiny_config({**VALUES, "train.jit_compile": True}))
    plain = Trainer(tiny_config(VALUES))
    losses = xla.train_step(make_batch())

    request.getfixturevalue("eager")
    assert losses == pytest.approx(plain.train_step(make_batch()), rel=1e-4, abs=1e-5)
    for a, b in zip(xla.generator.variables, plain.generator.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-3, atol=1e-4, err_msg=a.path)
