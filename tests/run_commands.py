"""Runs commands as users do, each in a process of its own, at the price of one start.

The processes are forked from one that has imported everything already, without having used it.
"""

import json
import os
import pathlib
import subprocess
import sys
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).parent.parent

PROGRAM = """
import json, os, runpy, sys
from spade_tf import command_line
command_line.import_tensorflow()
import spade_tf.synthesis, spade_tf.training.loop
import tensorflow as tf
tf.config.run_functions_eagerly(sys.argv[1] == "uncompiled")
for name, arguments in json.load(sys.stdin).items():
    child = os.fork()
    if not child:
        for number, stream in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(f"{name}.{stream}", os.O_WRONLY | os.O_CREAT), number)
        sys.argv = arguments
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
        sys.exit()
    _, status = os.waitpid(child, 0)
    with open(f"{name}.status", "w") as file:
        file.write(str(os.waitstatus_to_exitcode(status)))
"""


@dataclass
class Result:
    """What a command left: its exit status and what it printed."""

    status: int
    stdout: str
    stderr: str


def run_commands(
    folder: pathlib.Path, commands: dict[str, list[str]], compiled: bool = True
) -> dict[str, Result]:
    """Runs each command, a module with its flags, and returns what came of it.

    Args:
      folder: for what the commands print.
      commands: by names of our choice.
      compiled: as for users; False runs TensorFlow's functions as Python, which takes a second
        where compiling a training step takes half a minute.
    """
    folder.mkdir(exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP_")}
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, "compiled" if compiled else "uncompiled"],
        input=json.dumps(commands),
        text=True,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    return {name: _result(folder, name) for name in commands}


def _result(folder: pathlib.Path, name: str) -> Result:
    status, stdout, stderr = (
        (folder / f"{name}.{what}").read_text() for what in ("status", "stdout", "stderr")
    )
    return Result(int(status), stdout, stderr)
