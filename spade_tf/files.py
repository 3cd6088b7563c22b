"""Writing files whole or not at all: beside their place, then renamed."""

import contextlib
import os
import pathlib
from collections.abc import Iterator


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
