import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.training.initial_weights import load_initial_weights
from spade_tf.training.state import TrainingState
from tests.tiny_config import tiny_config
from tests.tiny_crn import CRN
from tests.tiny_workdir import tiny_workdir

SMALL = {**CRN, "data.height": 16, "data.width": 16}


@pytest.fixture(scope="module")
def learnt(tmp_path_factory):
    """A network of 16 rows that makes three images, and its workdir."""
    path = tmp_path_factory.mktemp("small")
    return tiny_workdir(path, SMALL).ema_generator, str(path)


def test_a_larger_network_takes_what_fits(learnt):
    small, path = learnt
    state = TrainingState(tiny_config({**CRN, "model.diversity": 1, "train.seed": 5}))
    drawn = state.generator.to_image.kernel.numpy().copy()
    said = load_initial_weights(state, path)
    assert said == (
        f"18 of 26 of the generator's weights are from {path}; drawn anew: module_32, to_image"
    )
    weights = {v.path: v.numpy() for v in small.variables}
    for generator in (state.generator, state.ema_generator):
        for variable in generator.variables:
            if variable.path.split("/")[1] not in ("module_32", "to_image"):
                np.testing.assert_array_equal(variable.numpy(), weights[variable.path])
    np.testing.assert_array_equal(state.generator.to_image.kernel.numpy(), drawn)


def test_nothing_that_fits(learnt):
    _, path = learnt
    state = TrainingState(tiny_config({"model.norm": "clade"}))
    with pytest.raises(UserError, match=f"train.initial_workdir={path}: no weight of its gener"):
        load_initial_weights(state, path)


def test_no_workdir(tmp_path):
    with pytest.raises(UserError, match="is no workdir of a training run"):
        load_initial_weights(TrainingState(tiny_config(SMALL)), str(tmp_path))
