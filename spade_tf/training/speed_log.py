"""How fast a run is, how much of that time it waits for its input, and the memory it takes.

A file of its own: losses of two runs can be compared as they are, times cannot.
"""

import pathlib
import resource
import sys
import time
from typing import Any

import tensorflow as tf

from spade_tf.training.json_lines import append_line
from spade_tf.training.stopwatch import Timing

MUCH_WAITING = 0.2
"""Share of the time from which on it is worth a person's while to do something about the input."""


class SpeedLog:
    """Adds up the time of steps and writes a line of it to a file of JSON lines.

    Of a line: `images_per_second` and `input_wait` (share, 0..1) of the time that steps take, which
    leaves out samples, checkpoints, evaluations and compiling; `peak_memory` since the start, in
    bytes, of the process and of each GPU; `time`, seconds since 1970.
    """

    def __init__(self, path: pathlib.Path):
        self.path = path
        self._timing = Timing()
        self._images = 0
        self._lines = 0
        self._advised = False

    def add(self, timing: Timing, images: int) -> None:
        """Takes the time of some steps over so many images."""
        self._timing += timing
        self._images += images

    def write(self, step: int, images_seen: int) -> dict[str, Any]:
        """Appends a line about what was added since the last one, and returns it."""
        seconds = self._timing.seconds
        line = {
            "step": step,
            "images": images_seen,
            "images_per_second": round(self._images / seconds, 3) if seconds else None,
            "input_wait": round(self._timing.waiting_share, 4),
            "peak_memory": peak_memory(),
            "time": round(time.time(), 3),
        }
        append_line(self.path, line)
        self._timing, self._images, self._lines = Timing(), 0, self._lines + 1
        return line

    def advice(self, line: dict[str, Any], cached: bool) -> str | None:
        """Once, what to do if the steps waited for their input much of a line's time.

        Not of the first line of a start, which begins before there is any input.
        """
        if self._advised or self._lines < 2 or line["input_wait"] < MUCH_WAITING:
            return None
        self._advised = True
        cache = "" if cached else "data.cache=true if the data set fits into memory, "
        return (
            f"steps waited {line['input_wait']:.0%} of their time for input; {cache}data.shards in "
            "place of single files, or more CPU cores make it faster"
        )


def peak_memory() -> dict[str, int]:
    """Most bytes taken so far: resident in this process, and of each GPU's memory."""
    unit = 1 if sys.platform == "darwin" else 1024
    peaks = {"process": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit}
    for index in range(len(tf.config.list_logical_devices("GPU"))):
        name = f"GPU:{index}"
        peaks[name] = tf.config.experimental.get_memory_info(name)["peak"]
    return peaks
