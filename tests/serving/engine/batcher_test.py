"""Batches of a real model; requests are queued before the batcher's thread may take them."""

import concurrent.futures
import time

import grpc
import numpy as np
import pytest

from serving.engine.batcher import Batcher
from serving.engine.checks import check_request
from serving.engine.limits import Limits
from serving.engine.refusal import Refusal
from serving.engine.servable import Servable
from tests.serving.messages import label_map, predict_request
from tests.serving.models import STYLED, paint, write_version

# Long enough that requests sent together are queued together on a busy machine; a full batch does
# not wait for it.
TOGETHER = 2.0


class Counting(Servable):
    """Remembers the rows of each run."""

    def run(self, feeds, fetches, remaining=None):
        self.rows = [*getattr(self, "rows", []), len(next(iter(feeds.values())))]
        return super().run(feeds, fetches, remaining)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    return write_version(tmp_path_factory.mktemp("models"), 1, card=STYLED)


@pytest.fixture
def servable(saved):
    return Counting("styled", 1, saved)


@pytest.fixture
def batcher():
    found = Batcher(max_batch_size=4, timeout=TOGETHER)
    yield found
    found.close()


def inputs(rows, seed):
    labels = label_map(rows, seed)
    return {
        "label_map": labels,
        "instance_map": labels // 2,
        "seed": np.arange(rows, dtype=np.int64) + 10 * seed,
    }


def task(servable, values):
    return check_request(predict_request(values), servable.signatures, Limits())


def ask(batcher, servable, values, remaining=60.0):
    return batcher.run(servable, task(servable, values), lambda: remaining)


def ask_all(batcher, servable, requests):
    """The answers to requests of which all are sent at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(requests)) as pool:
        return [pool.submit(ask, batcher, servable, values) for values in requests]


def test_requests_are_joined_and_each_gets_its_rows(batcher, servable):
    requests = [inputs(rows, seed) for seed, rows in enumerate((1, 2, 1))]
    answers = ask_all(batcher, servable, requests)
    for values, answer in zip(requests, answers, strict=True):
        np.testing.assert_array_equal(answer.result()[0], paint(values))
    assert servable.rows == [4]


def test_what_does_not_fit_waits_for_the_next(batcher, servable):
    requests = [inputs(3, seed) for seed in range(2)]
    answers = ask_all(batcher, servable, requests)
    for values, answer in zip(requests, answers, strict=True):
        np.testing.assert_array_equal(answer.result()[0], paint(values))
    assert servable.rows == [3, 3]


def test_a_bad_request_does_not_fail_its_neighbours(batcher, servable):
    requests = [inputs(1, seed) for seed in range(4)]
    requests[2]["label_map"] = requests[2]["label_map"] + 5
    answers = ask_all(batcher, servable, requests)
    for number in (0, 1, 3):
        np.testing.assert_array_equal(answers[number].result()[0], paint(requests[number]))
    with pytest.raises(Refusal, match="must hold labels") as caught:
        answers[2].result()
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert servable.rows == [4, 1, 1, 1, 1]


def test_too_many_rows(batcher, servable):
    with pytest.raises(Refusal) as caught:
        ask(batcher, servable, inputs(5, 0))
    message = "Task size 5 is larger than maximum input batch size 4"
    assert (caught.value.code, caught.value.message) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        message,
    )


def test_a_request_whose_time_is_over_does_not_run(batcher, servable):
    with pytest.raises(Refusal) as caught:
        ask(batcher, servable, inputs(1, 0), remaining=0.01)
    assert caught.value.code is grpc.StatusCode.DEADLINE_EXCEEDED
    time.sleep(0.01)
    batcher.close()
    assert not hasattr(servable, "rows")


def test_closing_finishes_what_waits(servable):
    batcher = Batcher(max_batch_size=4, timeout=3600)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, batcher, servable, inputs(1, 0), None)
        while not batcher._queue:
            time.sleep(0.01)
        batcher.close()
        np.testing.assert_array_equal(answer.result()[0], paint(inputs(1, 0)))
    with pytest.raises(Refusal) as caught:
        ask(batcher, servable, inputs(1, 0))
    assert caught.value.code is grpc.StatusCode.UNAVAILABLE
