"""Two workers of two replicas each on the loopback interface, started with the real command."""

import json
import socket
import time

import numpy as np
import pytest

from spade_tf.config import load_config
from spade_tf.training import loop
from spade_tf.training.json_lines import read_lines
from spade_tf.training.workdir import Workdir
from tests.training.real_command import VALUES, start, tensors

pytestmark = pytest.mark.slow

CLADE = {
    # Changes of weights in proportion to gradients; Adam's own divide each by itself.
    "train.learning_rate": 0.1,
    "train.adam_epsilon": 1.0,
    # The start grid is one pixel: without a latent, layouts that agree there have no variance, and
    # the first norms would make large numbers of rounding errors.
    "model.latent_dim": 3,
    "model.style_encoder": False,
    "model.spectral_norm": True,
    "discriminator.spectral_norm": True,
    "train.batch_size": 4,
    "train.steps": 2,
}
# Spectral vectors are those of any norm: CLADE's runs have them.
SPADE = {
    **CLADE,
    "model.norm": "spade",
    "model.spectral_norm": False,
    "discriminator.spectral_norm": False,
    "train.steps": 1,
}


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start_two(folder, values):
    """Workers 0 and 1, which share the workdir `run` but not the folder of temporary files."""
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    workers = []
    for index in range(2):
        local = folder / f"local_{index}"
        local.mkdir(exist_ok=True)
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": addresses}, "task": task})
        environment = {"TF_CONFIG": config, "TMPDIR": str(local)}
        workers.append(start(folder / "run", values, cpus=2, **environment))
    return workers


def finish(workers):
    results = [worker.finish() for worker in workers]
    assert [result.status for result in results] == [0, 0], results
    return results


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """CLADE by two workers."""
    folder = tmp_path_factory.mktemp("undisturbed")
    return folder, finish(start_two(folder, CLADE))


def compare(folder, values, path):
    """The run of two workers against one process with four replicas, and with one device.

    Sums of a few numbers in another order: losses to 1e-4, weights to 1e-3 of their largest. What
    has no gradient, a bias before a norm, has up to 1e-6 of rounding; all others have 2e-3 or more.
    """
    four = start(path / "mirrored", {**values, "train.strategy": "mirrored"}, cpus=4)
    one = load_config("landscapes", {**VALUES, **values, "train.strategy": "one"})
    loop.train(one, str(path / "one"))
    result = four.finish()
    assert result.status == 0, result.stderr
    assert "batch 4 on 4 device(s)" in result.stdout
    run = Workdir(folder / "run")
    for strategy in ("mirrored", "one"):
        other = Workdir(path / strategy)
        lines, expected = read_lines(run.losses), read_lines(other.losses)
        assert len(lines) == len(expected) == values["train.steps"]
        for line, one in zip(lines, expected, strict=True):
            assert line == pytest.approx(one, rel=1e-4, abs=1e-5), strategy
        weights, others = tensors(run.latest_checkpoint()), tensors(other.latest_checkpoint())
        assert set(weights) == set(others)
        for name, value in others.items():
            scale = 1e-3 * np.abs(value).max() + 5e-6
            np.testing.assert_allclose(weights[name], value, atol=scale, err_msg=name)


def files(workdir):
    """What lies in a workdir, TensorBoard's names left out."""
    paths = (path.relative_to(workdir) for path in workdir.rglob("*") if path.is_file())
    return {str(path) for path in paths if path.parts[0] != "tensorboard"}


def test_two_workers_train_clade_as_one_device(eager, undisturbed, tmp_path):
    folder, (chief, other) = undisturbed
    compare(folder, CLADE, tmp_path)
    assert "batch 4 on 4 device(s); step 0 of 2" in chief.stdout
    assert "done after 2 steps" in chief.stderr
    assert "done" not in other.stderr and "step 0" not in other.stdout
    # One writer, and nothing is left of the other.
    assert files(folder / "run") == files(tmp_path / "mirrored")
    assert len(list((folder / "run" / "tensorboard").iterdir())) == 1
    assert not list((folder / "local_1").glob("spade_tf_*"))


def test_two_workers_train_spade_as_one_device(eager, tmp_path):
    finish(start_two(tmp_path, SPADE))
    compare(tmp_path, SPADE, tmp_path)


def test_a_lost_worker_stops_the_run_which_then_continues(undisturbed, tmp_path):
    """kill -9 once step 1 is saved."""
    run = Workdir(tmp_path / "run")
    chief, other = start_two(tmp_path, CLADE)
    while not run.latest_checkpoint():
        assert chief.running() and other.running()
        time.sleep(0.05)
    other.kill()
    result = chief.finish()
    assert result.status == 1
    assert other.finish().status == -9
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("error: ")]
    assert "error: lost worker 1 (127.0.0.1:" in line
    assert f"training goes on from {run.latest_checkpoint()}" in line
    # Behind it, a thread pool of TensorFlow's, which only uncompiled steps use, may end badly.
    assert "Traceback" not in result.stderr.partition("error: ")[0]
    assert run.latest_step() < CLADE["train.steps"]

    finish(start_two(tmp_path, CLADE))
    expected = tensors(Workdir(undisturbed[0] / "run").latest_checkpoint())
    actual = tensors(run.latest_checkpoint())
    assert set(expected) == set(actual)
    for name, value in expected.items():
        np.testing.assert_array_equal(actual[name], value, err_msg=name)
    assert [line["step"] for line in read_lines(run.losses)] == [1, 2]
    assert not list((tmp_path / "local_1").glob("spade_tf_*"))
