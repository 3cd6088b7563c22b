"""Starts `python -m serving.server` in a process of its own, and stops it."""

import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any

import grpc

from tests.forked_commands import ROOT, Command

# TensorFlow takes half of it to start on a busy machine.
START_SECONDS = 120.0


class ServerProcess:
    """A running server; a context that kills it at the end if it still runs.

    Args:
        *flags: of the command, without --port: any free one is taken.
        forked: from a process that has imported TensorFlow; False starts it as users do.
    """

    def __init__(self, *flags: str, forked: bool = True):
        command = ["serving.server", "--port=0", *flags]
        self._process = Command(command, ROOT, piped=True) if forked else _start(command)
        self.log: list[dict[str, Any]] = []
        """What the structured log says so far."""
        self.other: list[str] = []
        """Lines on stderr that are none of the log's."""
        self._stdout: queue.Queue[str] = queue.Queue()
        self._readers = [
            threading.Thread(target=self._read_stdout, daemon=True),
            threading.Thread(target=self._read_stderr, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        self.port = self._wait_for_port()
        self.address = f"127.0.0.1:{self.port}"

    def _read_stdout(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._stdout.put(line)
        self._stdout.put("")

    def _read_stderr(self) -> None:
        assert self._process.stderr
        for line in self._process.stderr:
            if line.startswith("{"):
                self.log.append(json.loads(line))
            else:
                self.other.append(line)

    def _wait_for_port(self) -> int:
        try:
            line = self._stdout.get(timeout=START_SECONDS)
        except queue.Empty:
            line = ""
        if not line.startswith("serving on "):
            self._process.kill()
            self._readers[1].join()
            raise AssertionError(f"the server did not start: {line} {''.join(self.other)}")
        return int(line.rsplit(":", 1)[1])

    def channel(self) -> grpc.Channel:
        """A channel to it that takes answers of any size."""
        return grpc.insecure_channel(
            self.address, [("grpc.max_receive_message_length", -1), ("grpc.enable_retries", 0)]
        )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def terminate(self) -> None:
        """Sends SIGTERM."""
        self._process.send_signal(signal.SIGTERM)

    def wait(self, timeout: float = 60.0) -> int:
        """Waits for its end; the exit status."""
        status = self._process.wait(timeout)
        for reader in self._readers:
            reader.join()
        return status

    def resident_mib(self) -> float:
        """Its memory, in MiB."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024

    def __enter__(self) -> "ServerProcess":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self.wait()


def _start(command: list[str]) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP_")}
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_server(*flags: str) -> subprocess.CompletedProcess[str]:
    """Runs the command with flags that it refuses."""
    return subprocess.run(
        [sys.executable, "-m", "serving.server", *flags],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
    )
