import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.training.checkpoints import Checkpoints, load_generator
from spade_tf.training.state import TrainingState
from spade_tf.training.workdir import Workdir
from tests.tiny_config import tiny_config
from tests.tiny_workdir import tiny_workdir

CLADE = {"model.norm": "clade"}


@pytest.fixture
def workdir(tmp_path):
    return Workdir(tmp_path / "run")


def test_keeps_the_newest_few(workdir):
    state = TrainingState(tiny_config(CLADE))
    checkpoints = Checkpoints(workdir, state, keep=2)
    assert checkpoints.latest is None
    assert not checkpoints.restore()
    for step in (3, 6, 9):
        state.step.assign(step)
        assert checkpoints.save().endswith(f"step-{step}")
    assert sorted(p.name for p in workdir.checkpoints.glob("*.index")) == [
        "step-6.index",
        "step-9.index",
    ]
    assert checkpoints.save() == checkpoints.latest  # this step is saved already

    state.step.assign(0)
    assert Checkpoints(workdir, state, keep=2).restore()
    assert int(state.step) == 9


def test_weights_that_are_not_finite_are_not_saved(workdir):
    state = TrainingState(tiny_config(CLADE))
    checkpoints = Checkpoints(workdir, state, keep=2)
    good = checkpoints.save()
    state.step.assign(1)
    state.discriminator.scales[0].logits.bias.assign([np.inf])
    with pytest.raises(UserError) as error:
        checkpoints.save()
    for part in ("discriminator/scale_0/logits/bias is not finite at step 1", good):
        assert part in str(error.value)
    assert workdir.latest_checkpoint() == good


def test_what_was_learnt_is_the_averaged_generator(workdir):
    state = tiny_workdir(workdir.path, {**CLADE, "model.latent_dim": 3})
    config, generator, encoder = load_generator(workdir)
    assert config.model.latent_dim == 3
    for a, b in zip(state.ema_generator.variables, generator.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    for a, b in zip(state.encoder.variables, encoder.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())


def test_nothing_saved_yet(workdir):
    workdir.describe(tiny_config())
    with pytest.raises(UserError, match="holds no checkpoint yet"):
        load_generator(workdir)


@pytest.mark.parametrize("damage", ["cut", "changed", "no_index_left"])
def test_a_damaged_checkpoint_is_one_line(workdir, damage):
    tiny_workdir(workdir.path, CLADE)
    (data,) = workdir.checkpoints.glob("*.data-*")
    (index,) = workdir.checkpoints.glob("*.index")
    content = data.read_bytes()
    if damage == "cut":
        data.write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        data.write_bytes(bytes(255 - byte for byte in content))
    else:
        index.write_bytes(index.read_bytes()[:20])
    with pytest.raises(UserError, match="cannot be read .*; remove its files") as error:
        load_generator(workdir)
    assert str(workdir.checkpoints / "step-0") in str(error.value)
    assert "\n" not in str(error.value)


def test_after_a_damaged_newest_comes_the_one_before(workdir):
    """What the message about it advises."""
    state = TrainingState(tiny_config(CLADE))
    checkpoints = Checkpoints(workdir, state, keep=2)
    for step in (3, 6):
        state.step.assign(step)
        checkpoints.save()
    (data,) = workdir.checkpoints.glob("step-6.data-*")
    data.write_bytes(data.read_bytes()[:100])
    with pytest.raises(UserError, match="step-6 cannot be read .*; remove its files to go on from"):
        Checkpoints(workdir, state, keep=2).restore()
    for file in workdir.checkpoints.glob("step-6.*"):
        file.unlink()
    assert workdir.latest_step() == 3
    checkpoints = Checkpoints(workdir, state, keep=2)
    assert checkpoints.restore()
    assert int(state.step) == 3
    state.step.assign(6)
    assert checkpoints.save() == workdir.latest_checkpoint() == str(workdir.checkpoints / "step-6")


@pytest.mark.parametrize(
    "values", [{"train.precision": "mixed_float16"}, {"train.gradient_accumulation": 2}]
)
def test_state_that_the_checkpoint_lacks(workdir, values):
    tiny_workdir(workdir.path, CLADE)
    state = TrainingState(tiny_config({**CLADE, **values}))
    with pytest.raises(UserError, match="lacks values that this config trains; continue it with"):
        Checkpoints(workdir, state, 1).restore()


def test_float16_goes_on_in_float32(workdir):
    """What the message about a loss that is not finite advises."""
    tiny_workdir(workdir.path, {**CLADE, "train.precision": "mixed_float16"})
    state = TrainingState(tiny_config({**CLADE, "train.seed": 1}))
    assert Checkpoints(workdir, state, 1).restore()
    kernel = tiny_workdir(workdir.path / "again", CLADE).generator.to_image.kernel
    np.testing.assert_array_equal(state.generator.to_image.kernel.numpy(), kernel.numpy())
