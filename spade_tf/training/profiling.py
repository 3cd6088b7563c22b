"""A profile of some steps, for TensorBoard: what runs when on which device."""

import contextlib
import pathlib
from collections.abc import Callable, Iterator

import tensorflow as tf

STEP_NAME = "train_step"
"""Under which the profile shows each step."""


class Profiler:
    """Profiles some steps of a run. To be used in a `with`, which ends a profile left open.

    Args:
      steps: which, counted from 1.
      folder: of TensorBoard's files; the profile is written below it.
      say: prints a line.
    """

    def __init__(self, steps: range, folder: pathlib.Path, say: Callable[[str], None]):
        self.steps, self.folder, self.say = steps, folder, say
        self._runs = False

    @contextlib.contextmanager
    def step(self, number: int) -> Iterator[None]:
        """Around the call that takes the step of this number, alone if it is to be profiled."""
        if number not in self.steps:
            yield
            return
        if not self._runs:
            tf.profiler.experimental.start(str(self.folder))
            self._runs = True
        with tf.profiler.experimental.Trace(STEP_NAME, step_num=number, _r=1):
            yield
        if number == self.steps[-1]:
            self._stop()

    def _stop(self) -> None:
        tf.profiler.experimental.stop()
        self._runs = False
        self.say(
            f"profiled steps {self.steps[0]} to {self.steps[-1]}: {self.folder}/plugins/profile; "
            f"to look at it: pip install xprof, then xprof --logdir={self.folder}"
        )

    def __enter__(self) -> "Profiler":
        return self

    def __exit__(self, *_: object) -> None:
        if self._runs:
            self._stop()
