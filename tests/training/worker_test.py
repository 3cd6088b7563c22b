import json

import pytest

from spade_tf.errors import UserError
from spade_tf.training.strategy import make_strategy
from spade_tf.training.workdir import Workdir
from spade_tf.training.worker import Cluster, Workers, read_cluster

TWO = {"worker": ["a:1", "b:2"]}


@pytest.fixture
def tf_config(monkeypatch):
    def write(cluster, kind="worker", index=0):
        content = {"cluster": cluster, "task": {"type": kind, "index": index}}
        monkeypatch.setenv("TF_CONFIG", json.dumps(content))

    return write


def test_without_tf_config_there_is_one_worker(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert read_cluster() == Cluster(("",), 0)
    monkeypatch.setenv("TF_CONFIG", "{}")
    assert read_cluster() == Cluster(("",), 0)


def test_the_chief_comes_first(tf_config):
    tf_config(TWO, index=1)
    assert read_cluster() == Cluster(("a:1", "b:2"), 1)
    tf_config({**TWO, "chief": ["c:3"]}, index=1)
    assert read_cluster() == Cluster(("c:3", "a:1", "b:2"), 2, chiefs=1)
    tf_config({**TWO, "chief": ["c:3"]}, "chief")
    assert read_cluster() == Cluster(("c:3", "a:1", "b:2"), 0, chiefs=1)


@pytest.mark.parametrize(
    ("cluster", "kind", "index"),
    [(TWO, "worker", 2), (TWO, "worker", -1), (TWO, "chief", 0), ({**TWO, "ps": ["c:3"]}, "ps", 0)],
)
def test_a_place_that_is_not_in_the_cluster(tf_config, cluster, kind, index):
    tf_config(cluster, kind, index)
    with pytest.raises(UserError, match="TF_CONFIG is .*; expected all workers, .* such as {"):
        read_cluster()


@pytest.mark.parametrize("text", ["worker 0", "[]", '{"cluster": {"worker": ["a:1"]}}'])
def test_tf_config_that_says_something_else(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(UserError, match="TF_CONFIG is "):
        read_cluster()


def test_multi_worker_needs_tf_config(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(UserError, match="multi_worker needs the environment variable TF_CONFIG"):
        make_strategy("multi_worker")


def test_alone(tmp_path):
    """One worker asks nobody and writes the workdir itself."""
    workers, workdir = Workers(make_strategy("one")), Workdir(tmp_path)
    assert workers.is_chief
    assert workers.values(7) == [7]
    assert workers.any("SIGTERM") and not workers.any(None)
    assert workers.chief_first(lambda: 3) == 3
    with workers.own_workdir(workdir) as own:
        assert own is workdir


def test_others_write_to_a_folder_that_is_removed(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "local"))
    workers, workdir = Workers(make_strategy("one")), Workdir(tmp_path / "run")
    workers.cluster = Cluster(("a:1", "b:2"), 1)
    for _ in range(2):
        with workers.own_workdir(workdir) as own:
            assert own.path.parent == tmp_path / "local"
            assert not own.path.exists()
            own.checkpoints.mkdir(parents=True)
    assert not own.path.exists()


def test_workers_that_differ(monkeypatch):
    workers = Workers(make_strategy("one"))
    workers.cluster = Cluster(("a:1", "b:2"))
    monkeypatch.setattr(workers, "values", lambda own: [own, 4])
    workers.check_agreement("their step", 4, "do this")
    with pytest.raises(
        UserError, match="^the workers differ in their step: 3 at a:1, 4 at b:2; do this$"
    ):
        workers.check_agreement("their step", 3, "do this")
