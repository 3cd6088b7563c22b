import gc
import itertools

import pytest

from spade_tf.benchmark.cases import Case, Workload
from spade_tf.benchmark.rounds import one_line, time_cases

A, B = (Case(Workload("inference", 1, 1, 1), name, "graph", "float32") for name in "ab")


class Clock:
    """Each call takes as long as its batch says."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_rounds_are_interleaved():
    clock, calls = Clock(), []

    def make(case):
        def run(batch):
            calls.append((case.model, batch))
            clock.now += {"a": 1, "b": 100}[case.model] * batch
            return f"image of {case.model}"

        return run

    timings = time_cases([A, B], make, 5, [1, 2, 3], clock=clock)
    warm_up = [("a", 5), ("b", 5)]
    rounds = [(model, batch) for batch in (1, 2, 3) for model in "ab"]
    assert calls == warm_up + warm_up + rounds
    assert timings[A].seconds == [1, 2, 3]
    assert timings[B].seconds == [100, 200, 300]
    assert (timings[A].first_seconds, timings[B].first_seconds) == (5, 500)
    assert timings[B].first_output == "image of b"
    assert timings[A].error is timings[B].error is None


def test_a_case_that_cannot_be_built_says_why():
    said = []

    def make(case):
        if case == A:
            raise ValueError("XLA has no such operation\nand more")
        return lambda batch: None

    timings = time_cases([A, B], make, 0, [1, 2], said.append, clock=itertools.count().__next__)
    assert timings[A].error == "XLA has no such operation"
    assert timings[A].seconds == []
    assert timings[B].seconds == [1, 1]
    assert said == [
        "a (graph, float32): building, first call",
        "a (graph, float32) failed: XLA has no such operation",
        "b (graph, float32): building, first call",
        "warming up",
        "round 1 of 2",
        "round 2 of 2",
    ]


def test_a_case_that_fails_later_is_not_run_again():
    calls = []

    def run(batch):
        calls.append(batch)
        if batch == 2:
            raise MemoryError("no room")

    timings = time_cases([A], lambda case: run, 0, [1, 2, 3])
    assert calls == [0, 0, 1, 2]
    assert timings[A].error == "no room"


def test_garbage_waits_until_the_end():
    collecting = []
    time_cases([A], lambda case: lambda batch: collecting.append(gc.isenabled()), 0, [1])
    assert collecting == [True, False, False]  # first call, warm-up, round
    assert gc.isenabled()


def test_interrupting_ends_it():
    def make(case):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        time_cases([A], make, 0, [1])


def test_messages_in_one_line():
    assert one_line(ValueError("\n  first \nsecond")) == "first"
    assert one_line(MemoryError()) == "MemoryError"
    assert one_line(ValueError("x" * 400), length=10) == "xxxxxx ..."
