"""A run that fails ends, although its input pipeline is still painting scenes."""

import json
import os
import subprocess
import sys

import pytest

from tests.training.real_command import ROOT, flags_of

RUNS = 3
SECONDS = 120
"""After which a run counts as one that never ends; on an idle machine each takes about ten."""

# Forked from one process that has imported everything, which saves seconds at each start.
PROGRAM = """
import json, os, runpy, signal, sys, time
from spade_tf import command_line
command_line.import_tensorflow()
import tensorflow as tf
import spade_tf.training.loop
from spade_tf.data import scenes
tf.config.run_functions_eagerly(True)
render = scenes.render_scene

def render_slowly(*arguments):
    time.sleep(0.2)
    return render(*arguments)

scenes.render_scene = render_slowly

def start(flags, output):
    child = os.fork()
    if not child:
        file = os.open(output, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, 1)
        os.dup2(file, 2)
        signal.alarm(order["seconds"])
        sys.argv = ["spade_tf.train", *flags]
        runpy.run_module("spade_tf.train", run_name="__main__", alter_sys=True)
    return child

order = json.load(sys.stdin)
children = [start(flags, f"{number}.txt") for number, flags in enumerate(order["flags"])]
print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]))
"""


@pytest.mark.slow
def test_a_run_that_broke_does_not_wait_for_scenes(tmp_path):
    """A rate of 1e30 makes the second step's losses NaN, while more scenes are painted.

    Without care Python, once at its end, would wait for ever for the threads that paint.
    """
    values = {"train.learning_rate": 1e30, "train.steps": 9, "data.num_scenes": 200}
    order = {
        "flags": [flags_of(tmp_path / str(number), values) for number in range(RUNS)],
        "seconds": SECONDS,
    }
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [1] * RUNS  # and not -14, of the alarm
    for number in range(RUNS):
        lines = (tmp_path / f"{number}.txt").read_text().splitlines()
        assert lines[-1].startswith("error: "), lines
        assert "Run again with a smaller train.learning_rate" in lines[-1]
        assert not [line for line in lines if "Traceback" in line]
