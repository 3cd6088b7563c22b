"""When a run was started, and how each start ended: a line of JSON each."""

import pathlib
import sys
import time
from typing import Any

import tensorflow as tf

from spade_tf.training.json_lines import append_line


class History:
    """Writes `history.jsonl`: lines with an `event`, its `step` and its `time` (since 1970).

    `start` has `total_steps`, the `command` and its `devices`; `done`, `stopped` and `failed` have
    a `reason`. A start that is followed by another was killed.
    """

    def __init__(self, path: pathlib.Path):
        self.path = path

    def start(self, step: int, total_steps: int) -> None:
        """A process begins at this step of so many."""
        devices = [device.name for device in tf.config.list_logical_devices()]
        self._write("start", step, total_steps=total_steps, command=sys.argv, devices=devices)

    def end(self, event: str, step: int, reason: str) -> None:
        """It ends: `done`, `stopped` on request, or `failed`."""
        self._write(event, step, reason=reason)

    def _write(self, event: str, step: int, **details: Any) -> None:
        append_line(
            self.path, {"event": event, "step": step, "time": round(time.time(), 3), **details}
        )
