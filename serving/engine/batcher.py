"""Joins requests that wait at the same time into one run of the model. Off by default.

It pays on a GPU. On a CPU one request already keeps all cores busy, and joining costs throughput.
Kinder than TensorFlow Serving: if a batch fails, its requests are run one by one, so a bad one
does not fail its neighbours.
"""

import concurrent.futures
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc
import numpy as np

from serving.engine.checks import Task
from serving.engine.refusal import Refusal, expired, invalid
from serving.engine.servable import Servable


@dataclass(eq=False)
class _Waiting:
    servable: Servable
    task: Task
    deadline: float | None  # of time.monotonic
    since: float
    answer: concurrent.futures.Future = field(default_factory=concurrent.futures.Future)

    def key(self) -> Any:
        """Requests with the same key can be one batch."""
        feeds = {name: (array.dtype, array.shape[1:]) for name, array in self.task.feeds.items()}
        fetches = tuple(self.task.fetches.values())
        return id(self.servable), tuple(sorted(feeds.items(), key=str)), fetches


class Batcher:
    """A queue and the thread that empties it.

    Args:
        max_batch_size: rows of a batch.
        timeout: seconds that the first request of a batch waits for others.
    """

    def __init__(self, max_batch_size: int, timeout: float):
        self._max_rows = max_batch_size
        self._timeout = timeout
        self._queue: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)
        self._thread.start()

    def run(
        self, servable: Servable, task: Task, remaining: Callable[[], float | None]
    ) -> list[np.ndarray]:
        """The arrays that a task fetches; waits for them. The caller holds the servable.

        Raises:
            Refusal: what the graph refuses; INVALID_ARGUMENT, more rows than a batch has;
                DEADLINE_EXCEEDED.
        """
        if task.rows > self._max_rows:
            raise invalid(
                f"Task size {task.rows} is larger than maximum input batch size {self._max_rows}"
            )
        now, left = time.monotonic(), remaining()
        waiting = _Waiting(servable, task, None if left is None else now + left, now)
        with self._changed:
            if self._closed:
                raise Refusal(grpc.StatusCode.UNAVAILABLE, "the server is stopping")
            self._queue.append(waiting)
            self._changed.notify()
        try:
            return waiting.answer.result(left)
        except concurrent.futures.TimeoutError:
            raise expired() from None

    def close(self) -> None:
        """Finishes what waits and ends the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while batch := self._take():
            now = time.monotonic()
            for waiting in batch:
                if waiting.deadline is not None and waiting.deadline <= now:
                    waiting.answer.set_exception(expired())
            self._answer([waiting for waiting in batch if not waiting.answer.done()])

    def _take(self) -> list[_Waiting]:
        """The next batch; an empty one after `close`."""
        with self._changed:
            while True:
                if not self._queue:
                    if self._closed:
                        return []
                    self._changed.wait()
                    continue
                batch, full = self._head()
                left = self._queue[0].since + self._timeout - time.monotonic()
                if full or left <= 0 or self._closed:
                    for waiting in batch:
                        self._queue.remove(waiting)
                    return batch
                self._changed.wait(left)

    def _head(self) -> tuple[list[_Waiting], bool]:
        """What fits into a batch with the first in the queue, and whether it is full."""
        key, rows = self._queue[0].key(), 0
        batch: list[_Waiting] = []
        for waiting in self._queue:
            if waiting.key() != key:
                continue
            if rows + waiting.task.rows > self._max_rows:
                return batch, True
            batch.append(waiting)
            rows += waiting.task.rows
        return batch, rows == self._max_rows

    def _answer(self, batch: Sequence[_Waiting]) -> None:
        if not batch:
            return
        try:
            answers = _run(batch)
        except Exception as error:
            if len(batch) > 1:
                for waiting in batch:
                    self._answer([waiting])
            else:
                batch[0].answer.set_exception(Refusal.of(error))
            return
        for waiting, arrays in zip(batch, answers, strict=True):
            waiting.answer.set_result(arrays)


def _run(batch: Sequence[_Waiting]) -> list[list[np.ndarray]]:
    """Runs a batch; the arrays of each of its requests."""
    first = batch[0]
    feeds = {
        name: np.concatenate([waiting.task.feeds[name] for waiting in batch])
        for name in first.task.feeds
    }
    deadlines = [waiting.deadline for waiting in batch if waiting.deadline is not None]
    # A batch may take as long as its most patient request.
    remaining = max(deadlines) - time.monotonic() if len(deadlines) == len(batch) else None
    arrays = first.servable.run(feeds, list(first.task.fetches.values()), remaining)
    ends = np.cumsum([waiting.task.rows for waiting in batch])
    if any(array.ndim == 0 or len(array) != ends[-1] for array in arrays):
        raise Refusal(
            grpc.StatusCode.FAILED_PRECONDITION,
            "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension "
            "sizes of the input tensors",
        )
    parts = [np.split(array, ends[:-1]) for array in arrays]
    return [list(answer) for answer in zip(*parts, strict=True)]
