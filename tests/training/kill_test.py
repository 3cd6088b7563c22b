"""kill -9 at random moments of the real command, again and again."""

import os
import random
import time

import numpy as np
import pytest

from spade_tf.training.json_lines import read_lines
from spade_tf.training.workdir import Workdir
from tests.training.real_command import start, tensors

KILLS = int(os.environ.get("SPADE_TF_KILLS", "3"))
"""How many; SPADE_TF_KILLS=20 for a long run."""

STEPS = 2 * KILLS + 3


def newest(folder):
    """When the last checkpoint was complete, in nanoseconds; 0 without one."""
    return max((path.stat().st_mtime_ns for path in folder.glob("*.index")), default=0)


@pytest.mark.slow
def test_random_kills_change_nothing(tmp_path):
    """The last values are bit for bit those of a run that nobody disturbed."""
    whole, parts = Workdir(tmp_path / "whole"), Workdir(tmp_path / "parts")
    # Spectral vectors, running statistics, noise: all that a checkpoint has to bring back.
    values = {
        "model.latent_dim": 3,
        "model.encoder_size": 16,
        "model.spectral_norm": True,
        "discriminator.spectral_norm": True,
        "train.steps": STEPS,
    }
    began = time.monotonic()
    run = start(whole.path, values)
    while run.running() and not newest(whole.checkpoints):
        time.sleep(0.02)
    to_first = time.monotonic() - began
    results = [run.finish()]
    a_step = (time.monotonic() - began - to_first) / STEPS

    # What is random: whether a run is killed before or after its first checkpoint, and when.
    seed = int.from_bytes(os.urandom(4), "big")
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(KILLS):
        before = newest(parts.checkpoints)
        run = start(parts.path, values)
        if chance.random() < 0.7:
            while newest(parts.checkpoints) == before and run.running():
                time.sleep(0.02)
            time.sleep(chance.uniform(0, a_step))
        else:
            time.sleep(chance.uniform(0, to_first))
        run.kill()
        results.append(run.finish())
    results.append(start(parts.path, values).finish())

    # Where the machine has become faster meanwhile, a process may end before it is to be killed.
    statuses = [result.status for result in results]
    print("statuses", statuses)
    assert statuses[0] == statuses[-1] == 0, results
    assert set(statuses) <= {0, -9}, results  # every restart could read what there was
    assert statuses.count(-9) > KILLS // 2
    assert not [result for result in results if "error: " in result.stderr]

    expected, actual = tensors(whole.latest_checkpoint()), tensors(parts.latest_checkpoint())
    assert expected["step/.ATTRIBUTES/VARIABLE_VALUE"] == STEPS
    assert set(expected) == set(actual)
    for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, err_msg=name)
    assert read_lines(parts.losses) == read_lines(whole.losses)
    assert not [path for path in parts.path.rglob("*") if "_temp" in path.name]
