"""Training as users start it: `python -m spade_tf.train`, each run a process of its own."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from spade_tf.training.json_lines import read_lines
from spade_tf.training.workdir import Workdir
from tests.forked_commands import ROOT, Command
from tests.training.real_command import tensors

pytestmark = pytest.mark.slow

FLAGS = [
    "--config=landscapes",
    "--config.data.height=32",
    "--config.data.width=32",
    "--config.data.num_scenes=6",
    "--config.data.cache=true",
    "--config.model.norm=clade",
    "--config.model.base_width=2",
    "--config.model.latent_dim=3",
    "--config.model.encoder_size=16",
    "--config.discriminator.base_width=2",
    "--config.discriminator.num_scales=1",
    "--config.discriminator.num_layers=1",
    "--config.train.batch_size=4",
    "--config.train.steps=10",
    "--config.train.epochs=20",
    "--config.train.decay_epochs=18",
    "--config.train.log_every_steps=5",
    "--config.train.steps_per_execution=2",
    "--config.train.memory_check=off",
]

# The command gets a real signal as soon as step 5 is logged.
STOP_AT_STEP_5 = """
import os, signal
from spade_tf.training.loss_log import LossLog
write = LossLog.write
def write_and_stop(log, step, images):
    if step == 5:
        os.kill(os.getpid(), signal.SIGTERM)
    return write(log, step, images)
LossLog.write = write_and_stop
"""


def test_stopped_and_continued_equals_uninterrupted_bit_for_bit(tmp_path):
    """Ten steps in one process; five, SIGTERM, and five more in another.

    With a latent, an example cache, a learning rate in decay and two steps in one compiled call.
    """
    whole, parts = Workdir(tmp_path / "whole"), Workdir(tmp_path / "parts")
    done = subprocess.run(
        [sys.executable, "-m", "spade_tf.train", *FLAGS, "--workdir=whole"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "step 0 of 10" in done.stdout

    command = ["spade_tf.train", *FLAGS, "--workdir=parts"]
    stopped = Command(command, tmp_path, before=STOP_AT_STEP_5).finish()
    assert stopped.status == 0, stopped.stderr
    assert "SIGTERM: saved parts" in stopped.stderr.replace(f"{tmp_path}/", "")
    assert "run the same command to continue" in stopped.stderr
    assert parts.latest_checkpoint().endswith("step-5")

    continued = Command(command, tmp_path).finish()
    assert continued.status == 0, continued.stderr
    assert "continuing at step 5 of 10" in continued.stdout

    expected, actual = (tensors(w.latest_checkpoint()) for w in (whole, parts))
    assert parts.latest_checkpoint().endswith("step-10")
    assert set(expected) == set(actual)
    assert expected["step/.ATTRIBUTES/VARIABLE_VALUE"] == 10
    for part in ("generator/", "encoder/", "moving_mean", "vector_u", "velocity", "ema_generator"):
        assert any(part in name for name in expected), part
    for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, err_msg=name)

    started = tensors(str(parts.checkpoints / "step-5"))
    changed = [np.any(started[name] != value) for name, value in expected.items()]
    assert np.mean(changed) > 0.9  # training went on

    lines = [json.loads(line) for line in parts.losses.read_text().splitlines()]
    assert [line["step"] for line in lines] == [5, 10]
    assert parts.losses.read_text() == whole.losses.read_text()
    assert parts.read_config() == whole.read_config()
    events = [(line["event"], line["step"]) for line in read_lines(parts.history)]
    assert events == [("start", 0), ("stopped", 5), ("start", 5), ("done", 10)]
    assert [line["step"] for line in read_lines(parts.speed)] == [5, 10]
    assert f"the whole run as a page: {parts.run_page}" in continued.stdout
    assert '"reason":"SIGTERM"' in parts.run_page.read_text()
