"""kill -9 at random moments of the real command, again and again."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from spade_tf.training.json_lines import read_lines
from spade_tf.training.workdir import Workdir
from tests.training.real_command import ROOT, flags_of, tensors

KILLS = int(os.environ.get("SPADE_TF_KILLS", "3"))
"""How many; SPADE_TF_KILLS=20 for a long run."""

STEPS = 3 * KILLS + 2

# Forked from one process that has imported everything, which saves seconds at each start. What is
# random: whether a process is killed before or after its first checkpoint, and when exactly.
PROGRAM = """
import json, os, pathlib, random, runpy, signal, sys, time
from spade_tf import command_line
command_line.import_tensorflow()
import tensorflow as tf
import spade_tf.training.loop
tf.config.run_functions_eagerly(True)

def start(flags):
    child = os.fork()
    if not child:
        output = os.open("output.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.dup2(output, 1)
        os.dup2(output, 2)
        sys.argv = ["spade_tf.train", *flags]
        runpy.run_module("spade_tf.train", run_name="__main__", alter_sys=True)
        sys.exit()
    return child

def finish(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def newest(folder):
    return max((path.stat().st_mtime_ns for path in folder.glob("*.index")), default=0)

order = json.load(sys.stdin)
began = time.monotonic()
child = start(order["whole"])
while not newest(pathlib.Path(order["whole_checkpoints"])):
    time.sleep(0.01)
to_first = time.monotonic() - began
statuses = [finish(child)]
a_step = (time.monotonic() - began - to_first) / order["steps"]
chance = random.Random(order["seed"])
folder = pathlib.Path(order["checkpoints"])
for _ in range(order["kills"]):
    before = newest(folder)
    child = start(order["parts"])
    if chance.random() < 0.7:
        while newest(folder) == before and not os.waitid(
            os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT
        ):
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 2 * a_step))
    else:
        time.sleep(chance.uniform(0, to_first))
    os.kill(child, signal.SIGKILL)
    statuses.append(finish(child))
statuses.append(finish(start(order["parts"])))
print(json.dumps(statuses))
"""


@pytest.mark.slow
def test_random_kills_change_nothing(tmp_path):
    """The last values are bit for bit those of a run that nobody disturbed."""
    whole, parts = Workdir(tmp_path / "whole"), Workdir(tmp_path / "parts")
    values = {
        "train.steps": STEPS,
        "model.latent_dim": 3,
        "model.encoder_size": 16,
    }
    order = {
        "whole": flags_of(whole.path, values),
        "parts": flags_of(parts.path, values),
        "whole_checkpoints": str(whole.checkpoints),
        "checkpoints": str(parts.checkpoints),
        "kills": KILLS,
        "steps": STEPS,
        "seed": int.from_bytes(os.urandom(4), "big"),
    }
    print("seed", order["seed"])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    output = (tmp_path / "output.txt").read_text()
    # Where the machine has become faster meanwhile, a process may end before it is to be killed.
    statuses = json.loads(done.stdout)
    print("statuses", statuses)
    assert statuses[0] == statuses[-1] == 0, output
    assert set(statuses) <= {0, -9}, output  # every restart could read what there was
    assert statuses.count(-9) > KILLS // 2
    assert "\nerror: " not in output

    expected, actual = tensors(whole.latest_checkpoint()), tensors(parts.latest_checkpoint())
    assert expected["step/.ATTRIBUTES/VARIABLE_VALUE"] == STEPS
    assert set(expected) == set(actual)
    for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, err_msg=name)
    assert read_lines(parts.losses) == read_lines(whole.losses)
    assert not [path for path in parts.path.rglob("*") if "_temp" in path.name]
