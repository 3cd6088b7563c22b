"""How much of everything the server takes on."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import grpc

from serving.engine.refusal import Refusal, expired


@dataclass(frozen=True)
class Limits:
    """What the server refuses to go beyond.

    max_message_bytes  of a request, and of each array that its tensors declare
    max_rows           of a request's batch
    max_concurrent     predictions at a time, waiting ones included; more are refused
    max_running        predictions that compute at a time; the others wait for their turn
    """

    max_message_bytes: int = 32 << 20
    max_rows: int = 64
    max_concurrent: int = 64
    max_running: int = 4 * (os.cpu_count() or 1)


class Admission:
    """Counts predictions in, at most `max_concurrent` of them, and lets `max_running` compute."""

    def __init__(self, limits: Limits):
        self._places = threading.BoundedSemaphore(limits.max_concurrent)
        self._turns = threading.BoundedSemaphore(limits.max_running)

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """A place for the length of a call.

        Raises:
            Refusal: RESOURCE_EXHAUSTED, there is none.
        """
        if not self._places.acquire(blocking=False):
            raise Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "Concurrent RPC limit exceeded!")
        try:
            yield
        finally:
            self._places.release()

    @contextlib.contextmanager
    def turn(self, remaining: Callable[[], float | None]) -> Iterator[None]:
        """A turn to compute, waited for no longer than the call's remaining seconds.

        Raises:
            Refusal: DEADLINE_EXCEEDED.
        """
        if not self._turns.acquire(timeout=remaining()):
            raise expired()
        try:
            yield
        finally:
            self._turns.release()
