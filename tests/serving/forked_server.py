"""Servers at the price of one start: forked from a process that has imported everything already.

That process, one for all tests, has used nothing of what it imported. It lives as long as pytest.
"""

import functools
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from typing import IO, Any

ROOT = pathlib.Path(__file__).parents[2]

PROGRAM = """
import json, os, runpy, socket, sys
from spade_tf import command_line
command_line.import_tensorflow()
import serving.engine.application
with socket.socket(fileno=int(sys.argv[1])) as tests:
    while (message := socket.recv_fds(tests, 2**16, 2))[0]:
        request, streams = json.loads(message[0]), message[1]
        if isinstance(request, int):
            child, status = os.waitpid(request, os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if child else None
        else:
            answer = os.fork()
        if answer == 0 and streams:
            tests.close()
            for number, stream in enumerate(streams, 1):
                os.dup2(stream, number)
                os.close(stream)
            sys.argv = ["serving.server", *request]
            runpy.run_module("serving.server", run_name="__main__", alter_sys=True)
            sys.exit()
        for stream in streams:
            os.close(stream)
        tests.send(json.dumps(answer).encode())
"""


@functools.cache
def _parent() -> tuple[socket.socket, subprocess.Popen]:
    """The process that forks, and what it is asked by: flags to fork, a child's id for its exit
    status."""
    ours, theirs = socket.socketpair()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP_")}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(theirs.fileno())],
            cwd=ROOT,
            env={**environment, "PYTHONPATH": str(ROOT)},
            pass_fds=[theirs.fileno()],
        )
    return ours, process


def _ask(request: Any, streams: list[int]) -> Any:
    parent, _ = _parent()
    socket.send_fds(parent, [json.dumps(request).encode()], streams)
    return json.loads(parent.recv(2**16))


class ForkedServer:
    """`python -m serving.server FLAGS`; used as a `subprocess.Popen` with pipes for its output."""

    def __init__(self, *flags: str) -> None:
        pipes = [os.pipe(), os.pipe()]
        self.stdout: IO[str] = os.fdopen(pipes[0][0])
        self.stderr: IO[str] = os.fdopen(pipes[1][0])
        self.returncode: int | None = None
        self.pid = _ask(flags, [theirs for _, theirs in pipes])
        for _, theirs in pipes:
            os.close(theirs)

    def poll(self) -> int | None:
        """The exit status, once there is one."""
        if self.returncode is None:
            self.returncode = _ask(self.pid, [])
        return self.returncode

    def wait(self, timeout: float) -> int:
        """The exit status; raises subprocess.TimeoutExpired."""
        give_up = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > give_up:
                raise subprocess.TimeoutExpired("serving.server", timeout)
            time.sleep(0.02)
        return status

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Ends it at once."""
        self.send_signal(signal.SIGKILL)
