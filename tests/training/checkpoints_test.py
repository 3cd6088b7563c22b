import re

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
    killed = workdir.checkpoints / "step-12_temp"
    killed.mkdir()
    (killed / "part-00000-of-00001.index").touch()
    assert Checkpoints(workdir, state, keep=2).restore()
    assert int(state.step) == 9
    assert not killed.exists()


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


def damages(content, draw):
    """Cut short at several places, and single bytes inverted at the ends and anywhere."""
    size = len(content)
    for length in (0, 20, size // 2, size - 1):
        yield content[:length]
    for place in (0, size - 1, *draw.integers(0, size, 4)):
        yield content[:place] + bytes([255 - content[place]]) + content[place + 1 :]


@pytest.mark.parametrize("suffix", ["index", "data-00000-of-00001"])
def test_a_damaged_newest_is_one_line_that_names_the_whole_one_before(workdir, suffix):
    """Whatever is damaged is found; and what the line advises works."""
    state = TrainingState(tiny_config(CLADE))
    checkpoints = Checkpoints(workdir, state, keep=3)
    for step in (3, 6, 9):
        state.step.assign(step)
        checkpoints.save()
    (middle,) = workdir.checkpoints.glob("step-6.data-*")
    middle.write_bytes(middle.read_bytes()[:-1])  # so that the whole one is not the next
    file = workdir.checkpoints / f"step-9.{suffix}"
    content = file.read_bytes()
    newest, whole = workdir.checkpoints / "step-9", workdir.checkpoints / "step-3"
    expected = values_of(state)
    lines = 0
    for damaged in damages(content, np.random.default_rng(0)):
        file.write_bytes(damaged)
        try:
            Checkpoints(workdir, state, keep=3).restore()
        except UserError as error:
            assert re.fullmatch(
                rf"checkpoint {newest} cannot be read \([^{{\n]+\); remove its files "
                rf"\({newest}\.\*\) to go on from {whole}, which is whole",
                str(error),
            )
            lines += 1
        else:  # a byte of an index that means nothing
            np.testing.assert_equal(values_of(state), expected)
    assert lines >= (10 if suffix != "index" else 8)

    for path in [*workdir.checkpoints.glob("step-9.*"), *workdir.checkpoints.glob("step-6.*")]:
        path.unlink()
    checkpoints = Checkpoints(workdir, state, keep=3)
    assert checkpoints.restore()
    assert int(state.step) == 3
    state.step.assign(9)
    assert checkpoints.save() == workdir.latest_checkpoint() == str(newest)


def values_of(state):
    return {v.path: v.numpy() for v in state.generator.variables + [*state.discriminator.variables]}


def test_nothing_whole_is_left(workdir):
    tiny_workdir(workdir.path, CLADE)
    (data,) = workdir.checkpoints.glob("*.data-*")
    data.write_bytes(data.read_bytes()[:100])
    with pytest.raises(UserError, match="step-0 cannot be read .*; there is no older one that is"):
        load_generator(workdir)


@pytest.mark.parametrize("content", [None, b"", b"model_checkpoint_path: ", b"\xff\xfe\x00"])
def test_a_list_of_checkpoints_that_is_lost_does_not_lose_the_run(workdir, content):
    """Without it, training must not begin anew where there is something to go on from."""
    workdir.checkpoints.mkdir(parents=True)
    for name in ("step-9.index", "step-10.index", "checkpoint"):
        (workdir.checkpoints / name).touch()
    listed = workdir.checkpoints / "checkpoint"
    if content is None:
        listed.unlink()
    else:
        listed.write_bytes(content)
    if content in (b"", b"\xff\xfe\x00"):
        with pytest.raises(UserError, match="checkpoints/checkpoint is damaged .*; remove this"):
            workdir.latest_checkpoint()
        listed.unlink()
    assert workdir.latest_step() == 10


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
