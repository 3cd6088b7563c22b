"""Starts commands as users do, each in a process of its own, at the price of one start for all.

The processes are forked from one that has imported everything already, without having used it.
"""

import atexit
import dataclasses
import functools
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

ROOT = pathlib.Path(__file__).parent.parent

# Reads orders, one JSON a line: to start a command, answered with the number of its process; or to
# wait for one, answered with its exit status, or null if it still runs then. A forked process goes
# on behind the loop.
PROGRAM = """
import gc, json, os, runpy, sys, tempfile, time
from spade_tf import command_line
command_line.import_tensorflow()
import serving.engine.application
import spade_tf.evaluation.pages.run_page, spade_tf.synthesis, spade_tf.training.loop
import tensorflow as tf

def wait(child, seconds):
    until = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() >= until:
            return None
        time.sleep(0.005)

gc.collect()
gc.freeze()  # or else every child's first collection copies what it shares
while order := json.loads(sys.stdin.readline() or "null"):
    if "wait" in order:
        answer = wait(order["wait"], order["seconds"])
    else:
        answer = os.fork()
        if not answer:
            break
    print(json.dumps(answer), flush=True)
else:
    sys.exit()

for number, path in enumerate((os.devnull, *order["prints"])):
    os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
os.chdir(order["folder"])
own = {name: value for name, value in os.environ.items() if name.startswith("TF_CPP_")}
os.environ.clear()
os.environ.update(order["environment"] | own)
tempfile.tempdir = None  # where the environment says
tf.config.run_functions_eagerly(not order["compiled"])
exec(order["before"])
sys.argv = order["arguments"]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


ONE_AT_A_TIME = threading.Lock()


@dataclasses.dataclass
class Result:
    """What a command left: its exit status and what it printed."""

    status: int
    stdout: str
    stderr: str


class Command:
    """A command that was started.

    Args:
      arguments: a module with its flags.
      folder: where it runs; by default one that nobody else knows.
      compiled: as for users; False runs TensorFlow's functions as Python, which takes a second
        where compiling a training step takes half a minute.
      before: Python that the process runs first.
      environment: variables besides those of this process.
      piped: what it prints can be read from `stdout` and `stderr` while it runs, as a
        `subprocess.Popen`'s; `finish` then has none of it.
    """

    def __init__(
        self,
        arguments: list[str],
        folder: pathlib.Path | None = None,
        *,
        compiled: bool = True,
        before: str = "",
        environment: dict[str, str] | None = None,
        piped: bool = False,
    ):
        self._folder = tempfile.TemporaryDirectory()
        self._prints = [pathlib.Path(self._folder.name) / name for name in ("stdout", "stderr")]
        self._piped = piped
        if piped:
            for path in self._prints:
                os.mkfifo(path)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP_")}
        order = {
            "arguments": arguments,
            "folder": str(folder or self._folder.name),
            "prints": [str(path) for path in self._prints],
            "compiled": compiled,
            "before": before,
            "environment": {**inherited, "PYTHONPATH": str(ROOT), **(environment or {})},
        }
        self.pid: int = _answer(order)
        self._status: int | None = None
        if piped:
            self.stdout, self.stderr = (path.open() for path in self._prints)

    def running(self, seconds: float = 0) -> bool:
        """Whether it still runs, at latest after so many seconds."""
        if self._status is None:
            self._status = _answer({"wait": self.pid, "seconds": seconds})
        return self._status is None

    def finish(self, seconds: float = 300) -> Result:
        """Waits for it. A command that takes longer is killed, which its status -9 says."""
        if self.running(seconds):
            self.kill()
            self.running(60)
        assert self._status is not None
        stdout, stderr = ("" if self._piped else path.read_text() for path in self._prints)
        self._folder.cleanup()
        return Result(self._status, stdout, stderr)

    def poll(self) -> int | None:
        """The exit status, once there is one."""
        return None if self.running() else self._status

    def wait(self, timeout: float) -> int:
        """The exit status; raises subprocess.TimeoutExpired."""
        give_up = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > give_up:
                raise subprocess.TimeoutExpired("command", timeout)
            time.sleep(0.02)
        return status

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless it has ended."""
        if self.running():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """As `kill -9` does."""
        self.send_signal(signal.SIGKILL)


def _answer(order: dict[str, Any]) -> Any:
    """Sends an order and returns the answer to it."""
    process = _process()
    with ONE_AT_A_TIME:
        process.stdin.write(json.dumps(order) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())


@functools.cache
def _process() -> Any:
    """The process that all others are forked from; it ends with this one."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP_")}
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM],
        env={**environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.communicate)
    return process
