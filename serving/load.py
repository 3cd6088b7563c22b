"""Measures a server: how fast it answers so many clients that each wait for their answer.

    python -m serving.load --model_name=landscapes --labels=DIR --clients=1,4,16 --seconds=10

Prints a table of latencies, throughput and errors; with --output=DIR also writes it as JSON and as
a picture. The load is bounded: a client has one call under way and never more.
"""

import collections
import pathlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from serving import label_files
from serving.client import Client, ServingError
from serving.metadata import Metadata
from spade_tf.errors import UserError
from spade_tf.export.contract import ModelCard

MAX_CLIENTS = 256
MAX_SECONDS = 3600
MAX_FILES = 256

PAUSE_AFTER_ERROR_S = 0.05
"""Refusals cost a server little; without a pause a client would send thousands in a second."""


@dataclass(frozen=True)
class Measurement:
    """What `clients` clients saw in `seconds`, warm-up left out.

    latencies   seconds of each call that was answered, in no order
    errors      how many calls failed, by code
    """

    clients: int
    seconds: float
    latencies: np.ndarray
    errors: dict[str, int]

    @property
    def throughput(self) -> float:
        """Images per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        """The seconds within which `percent` % of the answers came; NaN without answers."""
        if not len(self.latencies):
            return float("nan")
        return float(np.percentile(self.latencies, percent, method="inverted_cdf"))


class Recorder:
    """Collects what happens between two times, from many threads."""

    def __init__(self, first: float, last: float):
        self.first, self.last = first, last
        self._lock = threading.Lock()
        self._latencies: list[float] = []
        self._errors: collections.Counter[str] = collections.Counter()

    def record(self, begin: float, end: float, error: str | None) -> None:
        """A call; counted if it ended within the time."""
        if not self.first <= end <= self.last:
            return
        with self._lock:
            if error is None:
                self._latencies.append(end - begin)
            else:
                self._errors[error] += 1

    def measurement(self, clients: int) -> Measurement:
        """What was recorded."""
        with self._lock:
            latencies, errors = np.array(self._latencies), dict(sorted(self._errors.items()))
        return Measurement(clients, self.last - self.first, latencies, errors)


def measure(
    call: Callable[[int], object],
    clients: int,
    *,
    seconds: float,
    warm_up_s: float,
    clock: Callable[[], float] = time.monotonic,
) -> Measurement:
    """Lets so many clients call, each again and again, for `warm_up_s` and then for `seconds`.

    Args:
        call: makes the call of a number (clients take numbers apart from each other) and returns
            when it is answered; a `ServingError` is counted by its code.
        clients: threads.
        seconds: for which calls are counted, by the time they end.
        warm_up_s: before; calls are made but not counted.
        clock: as time.monotonic.

    Raises:
        Exception: what `call` raises besides ServingError; the measurement ends.
    """
    first = clock() + warm_up_s
    recorder = Recorder(first, first + seconds)
    failures: list[BaseException] = []

    def work(number: int) -> None:
        while clock() < recorder.last and not failures:
            begin, error = clock(), None
            try:
                call(number)
            except ServingError as refused:
                error = refused.code.name
                time.sleep(PAUSE_AFTER_ERROR_S)
            except BaseException as failure:
                failures.append(failure)
                return
            recorder.record(begin, clock(), error)
            number += clients

    threads = [threading.Thread(target=work, args=(i,), daemon=True) for i in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return recorder.measurement(clients)


def read_label_maps(
    path: pathlib.Path, metadata: Metadata, card: ModelCard | None, resize: bool
) -> list[np.ndarray]:
    """The label maps of a PNG, or of the PNGs of a folder, in the model's size.

    Raises:
        UserError: none, more than `MAX_FILES`, or one that is no label map of the model.
    """
    found = sorted(path.glob("*.png")) if path.is_dir() else [path]
    if not 0 < len(found) <= MAX_FILES:
        raise UserError(f"--labels={path} holds {len(found)} PNG files; expected 1 to {MAX_FILES}")
    maps = []
    for file in found:
        own_size = label_files.read_label_map(label_files.read_file(file), str(file), card)
        maps.append(label_files.fit(own_size, metadata.size(), str(file), resize))
    return maps


def parse_clients(text: str) -> list[int]:
    """Numbers of clients from `1,4,16`. Raises UserError."""
    parts = text.split(",")
    if not all(
        part.isascii() and part.isdigit() and 0 < int(part) <= MAX_CLIENTS for part in parts
    ):
        raise UserError(f"--clients={text}; expected numbers from 1 to {MAX_CLIENTS}, as 1,4,16")
    return [int(part) for part in parts]


def measure_server(
    connect: Callable[[], Client],
    label_maps: Sequence[np.ndarray],
    clients: Sequence[int],
    seconds: float,
    warm_up_s: float,
) -> list[Measurement]:
    """A measurement for each number of clients; each client has a connection of its own."""
    results = []
    for count in clients:
        print(f"{count} clients, {warm_up_s:g} s + {seconds:g} s ...", file=sys.stderr, flush=True)
        connections = [connect() for _ in range(count)]
        try:

            def call(number: int, connections: list[Client] = connections) -> None:
                label_map = label_maps[number % len(label_maps)]
                connections[number % len(connections)].synthesize(label_map)

            results.append(measure(call, count, seconds=seconds, warm_up_s=warm_up_s))
        finally:
            for connection in connections:
                connection.close()
    return results


if __name__ == "__main__":
    from serving import load_command

    load_command.start()
