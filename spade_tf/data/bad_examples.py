"""Training examples that turn out to be unreadable: replaced by their neighbours, and counted.

The replacement of example i is the first good one of i+1, i+2, ... So the stream stays a function
of (seed, image number) and the files alone, for any number of workers and any start.
"""

import contextlib
import json
import pathlib
import sys
import threading
from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from spade_tf.config import Config
from spade_tf.data import transforms
from spade_tf.data.failures import explain_example
from spade_tf.data.listing import Example
from spade_tf.errors import UserError

MakeExample = Callable[[tf.Tensor, tf.Tensor], transforms.Example]
"""From (image number, example index) to the finished example."""

FILE = "bad_examples*.jsonl"
AT_ONCE = 16
"""Examples that are made in parallel."""


class BadExamples:
    """What is known of the bad training examples of a run.

    Args:
      config: the experiment; `data.max_bad_examples` is how many there may be.
      workdir: of the run: each worker writes a file of its own there and reads those of the others,
        also from earlier starts. None = nothing is written.
      worker: number of this worker.
    """

    def __init__(self, config: Config, workdir: pathlib.Path | None = None, worker: int = 0):
        self._config, self._workdir = config, workdir
        self.limit = config.data.max_bad_examples
        self._file = f"bad_examples{f'_{worker}' if worker else ''}.jsonl"
        self._lock = threading.Lock()
        self._found: dict[str, str] = {}
        self._read_files()

    @property
    def found(self) -> dict[str, str]:
        """The bad examples met so far, by name, and why each is bad."""
        return dict(self._found)

    def replace_in(
        self, stream: tf.data.Dataset, make_example: MakeExample, examples: Sequence[Example]
    ) -> tf.data.Dataset:
        """The finished examples of a stream of (image number, example index), none missing."""
        num_examples = len(examples)

        def first_good(number: tf.Tensor, index: tf.Tensor) -> tf.data.Dataset:
            def candidate(step: tf.Tensor):
                return number, index, step, make_example(number, (index + step) % num_examples)

            def give_up(step: tf.Tensor):
                with tf.control_dependencies([note(number, index, step)]):
                    return candidate(step)

            steps = tf.data.Dataset.range(self.limit + 1)
            # All of them being bad, there are more than the limit: say so.
            last = tf.data.Dataset.range(self.limit + 1, self.limit + 2).map(give_up)
            return steps.map(candidate).ignore_errors().concatenate(last).take(1)

        def note(number: tf.Tensor, index: tf.Tensor, step: tf.Tensor) -> tf.Tensor:
            def replaced(number: np.ndarray, index: np.ndarray, step: np.ndarray) -> np.bool_:
                for i in range(int(step)):
                    bad = (int(index) + i) % num_examples
                    self._note(int(number), bad, examples[bad].name)
                return np.True_

            return tf.numpy_function(replaced, [number, index, step], tf.bool)

        def count(number: tf.Tensor, index: tf.Tensor, step: tf.Tensor, example):
            noted = tf.cond(step > 0, lambda: note(number, index, step), lambda: True)
            with tf.control_dependencies([noted]):
                return tf.nest.map_structure(tf.identity, example)

        good = stream.interleave(
            first_good,
            cycle_length=AT_ONCE,
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )
        return good.map(count)

    def check(self) -> None:
        """Raises UserError if there are more bad examples than there may be."""
        if len(self._found) > self.limit:
            reasons = "; ".join(self._found.values())
            raise UserError(
                f"{len(self._found)} training examples are bad, more than "
                f"data.max_bad_examples={self.limit}: {reasons}"
            )

    def summary(self) -> str:
        """A line for the end of a run, over all workers and starts; empty where nothing was bad."""
        self._read_files()
        if not self._found:
            return ""
        files = self._workdir / FILE if self._workdir else "nowhere"
        what = "example was" if len(self._found) == 1 else "examples were"
        return f"{len(self._found)} bad training {what} replaced by others: listed in {files}"

    def _note(self, number: int, index: int, name: str) -> None:
        """Says, writes down and counts a bad example, once."""
        with self._lock:
            if name not in self._found:
                fault = explain_example(self._config, "train", index)
                reason = str(fault or f"{name} could not be read, but can be now")
                self._found[name] = reason
                self._write({"example": name, "image_number": number, "reason": reason})
                self._read_files()
                tqdm.write(
                    f"bad example {len(self._found)} of at most {self.limit}, replaced by the "
                    f"next: {reason}",
                    file=sys.stderr,
                )
            self.check()

    def _write(self, line: dict) -> None:
        if self._workdir:
            self._workdir.mkdir(parents=True, exist_ok=True)
            path = self._workdir / self._file
            # A worker that was killed may have left half a line.
            cut = path.exists() and not path.read_bytes().endswith(b"\n")
            with open(path, "a", encoding="utf-8") as file:
                file.write("\n" * cut + json.dumps(line) + "\n")

    def _read_files(self) -> None:
        for path in sorted(self._workdir.glob(FILE)) if self._workdir else []:
            for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
                with contextlib.suppress(ValueError):  # half a line
                    entry = json.loads(line)
                    self._found.setdefault(entry["example"], entry["reason"])
