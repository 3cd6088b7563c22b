"""How long steps take, and how much of it they wait for their input."""

import dataclasses
import time
from collections.abc import Iterator

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class Timing:
    """Of some steps.

    Attributes:
      seconds: from the first step's start, after anything was compiled, to the last one's end.
      waiting: seconds of these in which a device had nothing to do because its batch was not there.
    """

    seconds: float = 0.0
    waiting: float = 0.0

    def __add__(self, other: "Timing") -> "Timing":
        return Timing(self.seconds + other.seconds, self.waiting + other.waiting)

    @property
    def waiting_share(self) -> float:
        """Of the time, 0..1."""
        return min(1.0, self.waiting / self.seconds) if self.seconds else 0.0


def timing_until_now(clock: tf.Tensor) -> Timing:
    """From what the compiled loop returns: its start and the seconds it waited, float64 `[2]`."""
    start, waiting = clock.numpy().tolist()
    return Timing(max(time.time() - start, 0.0), waiting)


def next_batches(iterator: Iterator, count: int, before: tf.Tensor) -> tuple[list, tf.Tensor]:
    """The next batches, and the seconds, float64, in which the device only waited for them.

    Traced into the compiled loop. A GPU works behind the program, which may ask for the next batch
    while the last step is still being computed: that is no waiting. So the wait begins when
    `before`, a result of the last step, can be had.
    """
    asked = tf.timestamp()
    with tf.control_dependencies([asked]):
        batches = [next(iterator) for _ in range(count)]
        # A new value, so that it is computed on the device, after all that was given to it before.
        last = tf.abs(before)
    with tf.device("CPU:0"):
        with tf.control_dependencies([tf.identity(last)]):
            idle = tf.timestamp()
        with tf.control_dependencies(tf.nest.flatten(batches, expand_composites=True)):
            given = tf.timestamp()
    return batches, tf.maximum(given - tf.maximum(asked, idle), 0.0)
