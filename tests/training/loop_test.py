import json
import re
import types

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from spade_tf.config import replace
from spade_tf.data.scenes import LABEL_NAMES
from spade_tf.errors import UserError
from spade_tf.training import loop
from spade_tf.training import trainer as trainer_module
from spade_tf.training.json_lines import read_lines
from spade_tf.training.profiling import STEP_NAME
from spade_tf.training.workdir import Workdir
from tests.tiny_config import tiny_config
from tests.training.real_command import tensors


def scenes(values=None):
    """Four procedural scenes, a tiny CLADE model, and a line of losses at every step."""
    return tiny_config(
        {
            "data.dataset": "landscapes",
            "data.num_labels": len(LABEL_NAMES),
            "data.num_scenes": 4,
            "data.preprocess": "none",
            "model.norm": "clade",
            "train.log_every_steps": 1,
            **(values or {}),
        }
    )


def steps_in(workdir):
    return [json.loads(line)["step"] for line in workdir.losses.read_text().splitlines()]


def test_a_run_leaves_everything_in_its_workdir(eager, tmp_path, monkeypatch, caplog, capsys):
    """Three steps; the perceptual loss asked for, but no network to fetch its weights from."""

    def fail(network, source):
        raise UserError("no network")

    monkeypatch.setattr(trainer_module, "load_perceptual_weights", fail)
    config = scenes(
        {
            "losses.vgg_weight": 10.0,
            "train.batch_size": 0,
            "train.steps": 3,
            "train.sample_every_steps": 2,
            "train.save_every_steps": 2,
        }
    )
    loop.train(config, str(tmp_path / "run"))
    workdir = Workdir(tmp_path / "run")
    assert "training WITHOUT the perceptual loss (G_VGG): no network" in caplog.text
    assert "tiny: spade generator with clade" in capsys.readouterr().out

    effective = workdir.read_config()
    assert effective.losses.vgg_weight == 0
    assert effective.train.batch_size == 1
    assert effective.data == config.data
    assert json.loads(workdir.environment.read_text())["seed"] == 0

    rows = [json.loads(line) for line in workdir.losses.read_text().splitlines()]
    assert [(row["step"], row["images"]) for row in rows] == [(1, 1), (2, 2), (3, 3)]
    assert set(rows[0]) == {"step", "images", "G_GAN", "G_GAN_Feat", "D_Fake", "D_Real"}
    assert {p.name for p in workdir.samples.iterdir()} == {"step_000002.png", "step_000003.png"}
    assert {p.stem for p in workdir.checkpoints.glob("*.index")} == {"step-2", "step-3"}
    assert np.asarray(Image.open(workdir.loss_curves)).std() > 5
    speed = read_lines(workdir.speed)
    assert [(row["step"], row["images"]) for row in speed] == [(1, 1), (2, 2), (3, 3)]
    for row in speed:
        assert row["images_per_second"] > 0 and 0 <= row["input_wait"] <= 1
        assert row["peak_memory"]["process"] > 2**27  # TensorFlow alone
    history = read_lines(workdir.history)
    assert [(row["event"], row["step"]) for row in history] == [("start", 0), ("done", 3)]
    events = [
        value.tag
        for file in workdir.tensorboard.iterdir()
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
    ]
    for tag in ("losses/G_GAN", "speed/input_wait", "peak_memory_gib/process"):
        assert events.count(tag) == 3, tag
    assert sum(tag.startswith("layout") for tag in events) == 2
    assert not [p for p in workdir.path.rglob("*") if "partial" in p.name]

    # The term that was lost stays lost, even where the weights could be had now.
    assert loop.without_lost_term(config, workdir).losses.vgg_weight == 0
    other = replace(config, "losses.vgg_weights", "imagenet")
    assert loop.without_lost_term(other, workdir) == other


@pytest.mark.slow
def test_watching_a_run_changes_nothing_in_it(eager, tmp_path):
    """Gradient norms after each of two steps, and a profile of the second: the same bits."""
    plain = scenes({"train.steps": 2})
    loop.train(plain, str(tmp_path / "plain"))
    watched = replace(plain, "train.gradient_norms_every_steps", 1)
    loop.train(watched, str(tmp_path / "watched"), profiled=range(2, 3))
    runs = Workdir(tmp_path / "plain"), Workdir(tmp_path / "watched")
    expected, actual = (tensors(run.latest_checkpoint()) for run in runs)
    assert set(expected) == set(actual)
    for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, err_msg=name)
    assert runs[0].losses.read_text() == runs[1].losses.read_text()

    rows = read_lines(runs[1].gradient_norms)
    terms = {"G_GAN", "G_GAN_Feat", "D_Fake", "D_Real"}
    assert [set(row) for row in rows] == [{"step", "images", *terms}] * 2
    assert all(row[name] > 0 for row in rows for name in terms)
    assert runs[1].gradient_norm_curves.is_file() and not runs[0].gradient_norms.exists()

    (trace,) = runs[1].tensorboard.glob("plugins/profile/*/*.xplane.pb")
    assert STEP_NAME.encode() in trace.read_bytes()
    assert not (runs[0].tensorboard / "plugins").exists()


def test_a_loss_that_is_not_finite_stops_the_run(eager, tmp_path):
    """A step of 1e30 leaves finite weights that the next step cannot bear."""
    values = {
        "train.steps": 9,
        "train.learning_rate": 1e30,
        "train.save_every_steps": 1,
        "train.discriminator_fake": "shared",  # so that all of step 1 sees the first weights
    }
    with pytest.raises(UserError) as error:
        loop.train(scenes(values), str(tmp_path))
    message = str(error.value)
    assert re.match(r"[GD]_\w+ is (nan|inf|-inf) at step 2; nothing was saved since", message)
    assert f"last good checkpoint is {tmp_path}/checkpoints/step-1." in message
    workdir = Workdir(tmp_path)
    assert {p.stem for p in workdir.checkpoints.glob("*.index")} == {"step-1"}
    assert steps_in(workdir) == [1]
    assert read_lines(workdir.history)[-1]["reason"] == message
    reader = tf.train.load_checkpoint(workdir.latest_checkpoint())
    for name in reader.get_variable_to_shape_map():
        if not name.startswith("_"):
            assert np.isfinite(reader.get_tensor(name)).all(), name


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"G_GAN": [1.0, np.nan], "D_Real": [1.0, 1.0]}, "G_GAN is nan at step 12;"),
        ({"G_GAN": [1.0, np.nan], "D_Real": [np.inf, 1.0]}, "D_Real is inf at step 11;"),
    ],
)
def test_the_first_term_that_broke_is_named(terms, message):
    class Saved:
        latest = "run/checkpoints/step-10"

    arrays = {name: np.array(values) for name, values in terms.items()}
    with pytest.raises(UserError, match=message) as error:
        loop.refuse_not_finite(arrays, 10, Saved())
    assert "the last good checkpoint is run/checkpoints/step-10." in str(error.value)
    loop.refuse_not_finite({"G_GAN": np.array([1.0, -1e30])}, 10, Saved())


def test_out_of_memory_says_what_to_lower():
    run = types.SimpleNamespace(trainer=types.SimpleNamespace(batch_size=32))
    with (
        pytest.raises(UserError, match="out of memory at train.batch_size=32; write a smaller"),
        loop.explained_errors(run),
    ):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")


def test_every_worker_reads_its_part_from_the_saved_position(two_replicas):
    """After 3 images of 4 scenes, two replicas share images 3 and 4 of the stream."""

    class Stub:
        strategy = two_replicas
        batch_size = 2
        images_seen = 3

    config = scenes({"data.flip": False})
    batch = next(iter(loop.distributed_dataset(config, Stub())))
    first, second = two_replicas.experimental_local_results(batch["label_map"])
    stream = loop.make_dataset(config, "train", 1, start_image=3)
    for part, expected in zip((first, second), stream.take(2), strict=True):
        np.testing.assert_array_equal(part, expected["label_map"])


def test_memory_is_checked_before_anything_is_built(tmp_path, monkeypatch):
    def too_much(config, strategy, batch_size):
        raise UserError(f"no memory for {batch_size} images")

    def built(*arguments):
        raise AssertionError("a trainer was built")

    monkeypatch.setattr(loop, "check_memory", too_much)
    monkeypatch.setattr(loop, "Trainer", built)
    with pytest.raises(UserError, match="no memory for 2 images"):
        loop.train(scenes({"train.memory_check": "stop"}), str(tmp_path / "run"))
    with pytest.raises(AssertionError, match="a trainer was built"):
        loop.train(scenes({"train.memory_check": "off"}), str(tmp_path / "run"))
