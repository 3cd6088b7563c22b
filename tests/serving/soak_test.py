"""Many clients at once while versions come and go; a publisher that is killed half-way."""

import collections
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

import grpc
import numpy as np
import pytest

from tests.serving.messages import Stubs, arrays, label_map
from tests.serving.models import STYLED, paint, write_version
from tests.serving.server_process import ServerProcess

pytestmark = pytest.mark.slow

SECONDS = float(os.environ.get("SPADE_SOAK_SECONDS", "12"))
CLIENTS = 32
SHIFT = {1: 0, 2: 100}


class Client(threading.Thread):
    """Asks again and again, over a connection of its own, and compares every pixel."""

    def __init__(self, address: str, number: int, stopping: threading.Event):
        super().__init__(daemon=True)
        self.address, self.stopping = address, stopping
        self.rng = np.random.default_rng(number)
        self.answers: collections.Counter[int] = collections.Counter()  # by version
        self.versions: list[int] = []
        self.wrong = 0
        self.refused: list[tuple[bool, str]] = []  # whether the server had been told to stop

    def run(self) -> None:
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
        with grpc.insecure_channel(self.address, options) as channel:
            stubs = Stubs(channel)
            while self.ask(stubs):
                pass

    def ask(self, stubs: Stubs) -> bool:
        rows = int(self.rng.integers(1, 4))
        labels = label_map(rows, int(self.rng.integers(1000)))
        values = {
            "label_map": labels,
            "instance_map": labels // 2,
            "seed": self.rng.integers(0, 256, rows),
        }
        try:
            response = stubs.predict(values, "styled", timeout=60)
        except grpc.RpcError as error:
            self.refused.append((self.stopping.is_set(), f"{error.code()}: {error.details()}"))
            return False
        version = response.model_spec.version.value
        if not np.array_equal(arrays(response)["image"], paint(values, SHIFT[version])):
            self.wrong += 1
        self.answers[version] += 1
        self.versions.append(version)
        return True


def test_no_answer_is_wrong_or_lost(tmp_path):
    base = tmp_path / "styled"
    write_version(base, 1, card=STYLED, shift=SHIFT[1])
    ready = write_version(tmp_path / "ready", 2, card=STYLED, shift=SHIFT[2])
    stopping = threading.Event()
    with ServerProcess(f"--model_base_path={base}", "--model_name=styled") as server:
        clients = [Client(server.address, number, stopping) for number in range(CLIENTS)]
        for client in clients:
            client.start()
        time.sleep(SECONDS / 4)  # warm by now
        memory = [server.resident_mib()]
        time.sleep(SECONDS / 8)
        ready.rename(base / "2")
        time.sleep(SECONDS / 8)
        shutil.rmtree(base / "1")
        for _ in range(4):
            time.sleep(SECONDS / 8)
            memory.append(server.resident_mib())
        stopping.set()
        server.terminate()
        status = server.wait()
        for client in clients:
            client.join()
    answers = sum((client.answers for client in clients), collections.Counter())
    calls = [line for line in server.log if line["event"] == "call"]
    print(f"{SECONDS:.0f} s: answers by version {dict(answers)}; MiB {memory}")
    assert status == 0
    assert not any(client.wrong for client in clients)
    # Each was refused once, at the end, because the server took no more calls.
    refused = [reason for client in clients for reason in client.refused]
    assert len(refused) == CLIENTS
    early = [text for late, text in refused if not late]
    assert not early
    assert {text for _, text in refused} == {"StatusCode.UNAVAILABLE: the server is stopping"}
    # What the server has answered has arrived: none was lost.
    assert collections.Counter(line["status"] for line in calls) == {
        "OK": sum(answers.values()),
        "UNAVAILABLE": CLIENTS,
    }
    # Nobody was sent back to the old version, and both have served.
    assert set(answers) == {1, 2}
    assert all(client.versions == sorted(client.versions) for client in clients)
    assert [x["version"] for x in server.log if x["event"] == "unloaded"][0] == 1
    # Memory of the second version, of the allocator's pool and of threads; no growth with calls.
    assert max(memory[2:]) < memory[0] + 100


PUBLISHER = """
import os, signal, sys, time
sys.path.insert(0, sys.argv[2])
import pathlib
from spade_tf import files
from tests.serving.models import STYLED, _save
with files.folder_beside(pathlib.Path(sys.argv[1]) / "2") as partial:
    _save(partial, STYLED, 100, 0)
    print("half-way", flush=True)
    time.sleep(600)
"""


def test_a_publisher_that_is_killed_leaves_the_old_version(tmp_path):
    base = tmp_path / "styled"
    write_version(base, 1, card=STYLED, shift=SHIFT[1])
    root = pathlib.Path(__file__).parents[2]
    values = {"label_map": label_map(), "instance_map": label_map(), "seed": np.array([3])}
    flags = (f"--model_base_path={base}", "--model_name=styled", "--poll_seconds=0.1")
    with ServerProcess(*flags) as server, server.channel() as channel:
        publisher = subprocess.Popen(
            [sys.executable, "-c", PUBLISHER, str(base), str(root)], stdout=subprocess.PIPE
        )
        try:
            assert publisher.stdout and publisher.stdout.readline() == b"half-way\n"
        finally:
            publisher.send_signal(signal.SIGKILL)
            publisher.wait()
        left = [path.name for path in base.iterdir() if path.name != "1"]
        assert len(left) == 1 and left[0].startswith(".2.")  # it was half-way indeed
        time.sleep(1)  # ten looks at the base path
        stubs = Stubs(channel)
        response = stubs.predict(values, "styled")
        assert response.model_spec.version.value == 1
        np.testing.assert_array_equal(arrays(response)["image"], paint(values))
        assert not [x for x in server.log if x["event"] == "load_failed"]
        # The next attempt to publish goes through.
        write_version(base, 2, card=STYLED, shift=SHIFT[2])
        give_up = time.monotonic() + 60
        while stubs.predict(values, "styled").model_spec.version.value == 1:
            assert time.monotonic() < give_up
            time.sleep(0.1)
        np.testing.assert_array_equal(
            arrays(stubs.predict(values, "styled"))["image"], paint(values, SHIFT[2])
        )
