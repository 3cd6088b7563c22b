"""Runs commands as users do, one after the other, and returns what came of each."""

import pathlib

from tests.forked_commands import Command, Result


def run_commands(
    folder: pathlib.Path, commands: dict[str, list[str]], compiled: bool = True
) -> dict[str, Result]:
    """Runs each command, a module with its flags, and returns what came of it.

    Args:
      folder: where they run.
      commands: by names of our choice.
      compiled: as for users; False runs TensorFlow's functions as Python, which takes a second
        where compiling a training step takes half a minute.
    """
    folder.mkdir(exist_ok=True)
    return {
        name: Command(arguments, folder, compiled=compiled).finish()
        for name, arguments in commands.items()
    }
