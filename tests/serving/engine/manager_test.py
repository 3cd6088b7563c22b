import io
import json
import pathlib
import shutil

import grpc
import pytest
from tensorflow_serving.apis import model_pb2

from serving.engine import versions
from serving.engine.limits import Limits
from serving.engine.log import Log
from serving.engine.manager import MAX_ATTEMPTS, Manager, State
from serving.engine.metrics import Metrics
from serving.engine.model_config import ModelConfig
from serving.engine.refusal import Refusal
from tests.serving.models import CARD, write_version


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return write_version(tmp_path_factory.mktemp("saved"), 1, card=CARD)


class Desk:
    """A manager, the base path of its model, and what it logged."""

    def __init__(self, base: pathlib.Path, saved: pathlib.Path, retry_seconds: float):
        self.base, self.saved, self.stream = base, saved, io.StringIO()
        self.manager = Manager(Limits(), Log(self.stream), Metrics(), retry_seconds)

    def publish(self, *numbers: int) -> None:
        for number in numbers:
            shutil.copytree(self.saved, self.base / f".{number}")
            (self.base / f".{number}").rename(self.base / str(number))

    def configure(self, **values) -> None:
        self.manager.configure([ModelConfig("tiny", self.base, **values)])

    def states(self) -> dict[int, State]:
        return {v.number: v.state for v in self.manager.status(spec())}

    def served(self, **values) -> int:
        with self.manager.servable(spec(**values)) as servable:
            return servable.version

    def log(self) -> list[dict]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def desk(tmp_path, saved):
    found = Desk(tmp_path, saved, retry_seconds=0)
    yield found
    found.manager.close()


def spec(version=None, label=None):
    message = model_pb2.ModelSpec(name="tiny")
    if version is not None:
        message.version.value = version
    if label is not None:
        message.version_label = label
    return message


def refused(call):
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.code, caught.value.message


def test_the_latest_replaces_the_one_before(desk):
    desk.publish(1)
    desk.configure()
    assert desk.served() == 1
    desk.publish(3)
    desk.manager.poll()
    assert desk.served() == 3
    assert desk.states() == {3: State.AVAILABLE, 1: State.END}
    assert list(desk.states()) == [3, 1]
    missing = "Servable not found for request: Specific(tiny, 1)"
    assert refused(lambda: desk.served(version=1)) == (grpc.StatusCode.NOT_FOUND, missing)


def test_the_old_one_ends_after_its_last_call(desk):
    desk.publish(1)
    desk.configure()
    with desk.manager.servable(spec()) as old:
        desk.publish(2)
        desk.manager.poll()
        assert (old.version, desk.served()) == (1, 2)
        assert desk.states()[1] is State.UNLOADING
    assert desk.states()[1] is State.END


def test_rolling_back_is_removing_the_latest(desk):
    desk.publish(1, 2)
    desk.configure()
    assert desk.states() == {2: State.AVAILABLE}
    shutil.rmtree(desk.base / "2")
    desk.manager.poll()
    assert desk.served() == 1
    desk.publish(2)
    desk.manager.poll()
    assert desk.served() == 2


def test_an_empty_base_path_serves_nothing_and_waits(desk):
    desk.configure()
    assert refused(desk.served)[1] == "Servable not found for request: Latest(tiny)"
    assert desk.log()[-1]["message"].endswith("has no version folder to serve, such as 1; "
                                              "waiting for one")  # fmt: skip
    lines = len(desk.log())
    desk.manager.poll()
    assert len(desk.log()) == lines
    desk.publish(1)
    desk.manager.poll()
    assert desk.served() == 1
    shutil.rmtree(desk.base / "1")
    desk.manager.poll()
    assert desk.states() == {1: State.END}


def test_a_base_path_that_vanishes_changes_nothing(desk):
    desk.publish(1)
    desk.configure()
    desk.base.rename(desk.base.with_name("gone"))
    desk.manager.poll()
    assert desk.served() == 1


def test_a_bad_version_is_tried_some_times_and_the_old_one_stays(desk):
    desk.publish(1)
    desk.configure()
    (desk.base / "2").mkdir()
    (desk.base / "2" / "saved_model.pb").write_bytes(b"junk")
    for _ in range(MAX_ATTEMPTS + 3):
        desk.manager.poll()
        assert desk.served() == 1
    failures = [line for line in desk.log() if line["event"] == "load_failed"]
    assert [line["attempt"] for line in failures] == [1, 2, 3, 4, 5, 6]
    bad, _ = desk.manager.status(spec())
    assert (bad.number, bad.state) == (2, State.END)
    assert bad.error.message
    # Put right, it is tried anew.
    shutil.rmtree(desk.base / "2")
    desk.publish(2)
    desk.manager.poll()
    assert desk.served() == 2


def test_attempts_are_apart_in_time(tmp_path, saved):
    desk = Desk(tmp_path, saved, retry_seconds=3600)
    (tmp_path / "1").mkdir()
    desk.configure()
    desk.manager.poll()
    assert len([line for line in desk.log() if line["event"] == "load_failed"]) == 1


def test_several_versions_and_labels(desk):
    desk.publish(1, 2)
    desk.configure(policy=versions.every(), labels={"stable": 1})
    assert (desk.served(), desk.served(label="stable"), desk.served(version=1)) == (2, 1, 1)
    code, message = refused(lambda: desk.served(label="canary"))
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert message == "Unrecognized servable version label: canary"
    # Rolled out by label.
    desk.configure(policy=versions.every(), labels={"stable": 2})
    assert desk.served(label="stable") == 2
    code, message = refused(lambda: desk.configure(labels={"stable": 1}))
    assert code is grpc.StatusCode.FAILED_PRECONDITION
    assert "version 1 of model tiny, which is not currently available" in message
    assert desk.served() == 2


def test_configuring_replaces_everything(desk, tmp_path_factory):
    desk.publish(1)
    desk.configure()
    other = tmp_path_factory.mktemp("other")
    desk.manager.configure([ModelConfig("other", other)])
    assert refused(desk.served)[0] is grpc.StatusCode.NOT_FOUND
    assert not desk.manager.is_configured("tiny")
    desk.configure()
    code, _ = refused(lambda: desk.manager.configure([ModelConfig("x", other / "none")]))
    assert code is grpc.StatusCode.NOT_FOUND
    assert desk.served() == 1


def test_status_of_what_is_unknown(desk):
    desk.publish(1)
    desk.configure()
    not_found = grpc.StatusCode.NOT_FOUND
    missing = "Could not find version 7 of model tiny"
    assert refused(lambda: desk.manager.status(spec(version=7))) == (not_found, missing)
    missing = "Could not find any versions of model nope"
    nope = model_pb2.ModelSpec(name="nope")
    assert refused(lambda: desk.manager.status(nope)) == (not_found, missing)
