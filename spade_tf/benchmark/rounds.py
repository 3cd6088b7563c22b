"""Timing in interleaved rounds: A, B, C, A, B, C ..., so that a slow minute slows all of them."""

import contextlib
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from spade_tf.benchmark.cases import Case


@dataclass
class Timing:
    """What was measured of a case.

    Attributes:
        first_seconds: the first call: tracing, compiling, warming up.
        seconds: each round's time.
        first_output: what the first call returned.
        error: why there is no time, or no more of it.
    """

    first_seconds: float | None = None
    seconds: list[float] = field(default_factory=list)
    first_output: Any = None
    error: str | None = None


def time_cases(
    cases: Sequence[Case],
    make: Callable[[Case], Callable[[Any], Any]],
    warm_up: Any,
    batches: Sequence[Any],
    say: Callable[[str], None] = lambda message: None,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[Case, Timing]:
    """Builds all cases, warms them up, then times each on every batch in turn.

    A case that fails gets the reason in place of times; the others go on.

    Args:
        cases: what to time.
        make: builds a case: a function of a batch that returns once its work is done.
        warm_up: the batch of the first call, and of a round that counts for nothing.
        batches: one for each round.
        say: is told what happens.
        clock: seconds.
    """
    timings = {case: Timing() for case in cases}
    runs = {}
    gc.collect()
    for case in cases:
        say(f"{case}: building, first call")
        with _noted_failure(case, timings[case], say):
            run = make(case)
            start = clock()
            timings[case].first_output = run(warm_up)
            timings[case].first_seconds = clock() - start
            runs[case] = run
    with _no_garbage_collection():
        for number, batch in enumerate([warm_up, *batches]):
            say(f"round {number} of {len(batches)}" if number else "warming up")
            for case, run in runs.items():
                if timings[case].error:
                    continue
                with _noted_failure(case, timings[case], say):
                    start = clock()
                    run(batch)
                    if number:
                        timings[case].seconds.append(clock() - start)
    return timings


@contextlib.contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """A graph function that is collected costs all others seconds: TensorFlow then forgets what it
    prepared for running them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.contextmanager
def _noted_failure(case: Case, timing: Timing, say: Callable[[str], None]) -> Iterator[None]:
    """Makes an exception the timing's error, in one line."""
    try:
        yield
    except Exception as error:
        timing.error = one_line(error)
        say(f"{case} failed: {timing.error}")


def one_line(error: BaseException, length: int = 300) -> str:
    """The line of an exception's message that says most: the first that is not empty."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = lines[0] if lines else type(error).__name__
    return text if len(text) <= length else f"{text[: length - 4]} ..."
