"""Writing files whole or not at all: beside their place, then renamed; where one may write."""

import contextlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Iterator

from spade_tf.errors import UserError


@contextlib.contextmanager
def beside(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """A path to write to; renamed to `path` if all goes well, else removed. Makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def write_beside(path: pathlib.Path, text: str) -> None:
    """Writes a text file whole or not at all."""
    with beside(path) as partial:
        partial.write_text(text, encoding="utf-8")


def check_folder(path: pathlib.Path, flag: str) -> None:
    """Refuses a path that is no folder one may write to, and cannot become one. Writes nothing.

    Raises:
      UserError: names the path, its flag, and what is in the way.
    """
    nearest = next(place for place in (path, *path.parents) if os.path.lexists(place))
    if not nearest.is_dir():
        raise UserError(f"{flag}={path}: {nearest} is no folder; give a folder, made if missing")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise UserError(f"{flag}={path}: no permission to write in {nearest}; give another folder")


@contextlib.contextmanager
def folder_beside(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """An empty folder to write to; renamed to `path` if all goes well, else removed.

    Raises:
      UserError: `path` exists and is no empty folder.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UserError(f"{path} exists already; give a folder that is empty or does not exist")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = pathlib.Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        yield partial
        partial.chmod(0o755)  # mkdtemp lets nobody else read
        os.replace(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
