"""Files of JSON objects, one a line, each about a step of a run."""

import json
import pathlib
from collections.abc import Mapping
from typing import Any

from spade_tf.files import write_beside


def read_lines(path: pathlib.Path) -> list[dict[str, Any]]:
    """All lines, none without a file; a last line cut short by a crash is left out."""
    rows: list[dict[str, Any]] = []
    if not path.is_file():
        return rows
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return rows


def append_line(path: pathlib.Path, row: Mapping[str, Any]) -> None:
    """Adds a line."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, allow_nan=False) + "\n")


def forget_after(path: pathlib.Path, step: int) -> None:
    """Drops lines of steps that a restored checkpoint has not yet taken."""
    if path.is_file():
        lines = [row for row in read_lines(path) if row["step"] <= step]
        write_beside(path, "".join(json.dumps(line) + "\n" for line in lines))
