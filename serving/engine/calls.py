"""What every call goes through: parsed, answered or refused, counted and logged."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from serving.engine.log import Log
from serving.engine.metrics import Metrics
from serving.engine.refusal import Refusal, expired, invalid

MAX_SECONDS = 86400.0
"""A deadline further off counts as none."""


QUIET_SECONDS = 0.2
MAX_QUIET_SECONDS = 2.0
"""How long no call must have come before gRPC is stopped, and how long that is waited for."""


@dataclass
class Call:
    """What is known about a call; whoever answers it fills in what the log shall say."""

    method: str
    context: grpc.ServicerContext
    model: str = ""
    version: int | None = None
    signature: str = ""
    rows: int = 0

    def remaining(self) -> float | None:
        """Seconds until the caller's deadline; None if it has set none.

        Raises:
            Refusal: DEADLINE_EXCEEDED, it is over; CANCELLED, the caller is gone.
        """
        left = self.context.time_remaining()
        if left is not None and left <= 0:
            raise expired()
        if not self.context.is_active():
            raise Refusal(grpc.StatusCode.CANCELLED, "the caller has hung up")
        return None if left is None or left > MAX_SECONDS else left


Answer = Callable[[Any, Call], Any]
"""Makes the answer to a request, both as messages."""


class Calls:
    """Makes gRPC handlers.

    Args:
        is_configured: whether a model of that name is served; others get no series of their own
            in the metrics.
    """

    def __init__(self, log: Log, metrics: Metrics, is_configured: Callable[[str], bool]):
        self._log = log
        self._metrics = metrics
        self._is_configured = is_configured
        self._changed = threading.Condition()
        self._in_flight = 0
        self._closed = False
        self._last_refused = 0.0

    @property
    def in_flight(self) -> int:
        """Calls being answered."""
        return self._in_flight

    def handler(self, method: str, request: type, answer: Answer) -> grpc.RpcMethodHandler:
        """The handler of a method. It gets bytes: gRPC itself would answer junk with INTERNAL."""

        def handle(content: bytes, context: grpc.ServicerContext) -> bytes:
            start = time.monotonic()
            call = Call(method, context)
            refusal: Refusal | None = None
            try:
                with self._place():
                    return answer(_parse(request, content), call).SerializeToString()
            except Exception as error:
                refusal = Refusal.of(error)
                if not isinstance(error, Refusal):
                    self._log.write("error", method=method, message=repr(error))
            finally:
                self._note(call, refusal, time.monotonic() - start)
            assert refusal
            context.abort(refusal.code, refusal.message)
            raise AssertionError  # abort raises

        return grpc.unary_unary_rpc_method_handler(handle)

    def drain(self, grace: float) -> None:
        """Refuses calls from now on, and waits up to `grace` seconds for those being answered.

        gRPC would cancel what is on its way when it stops, which no caller tries again. So we
        say UNAVAILABLE ourselves until none has come for a moment.
        """
        give_up = time.monotonic() + grace
        with self._changed:
            self._closed, self._last_refused = True, time.monotonic()
            self._changed.wait_for(lambda: not self._in_flight, grace)
        give_up = min(give_up, time.monotonic() + MAX_QUIET_SECONDS)
        while time.monotonic() < min(give_up, self._last_refused + QUIET_SECONDS):
            time.sleep(QUIET_SECONDS / 10)

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        with self._changed:
            if self._closed:
                self._last_refused = time.monotonic()
                raise Refusal(grpc.StatusCode.UNAVAILABLE, "the server is stopping")
            self._in_flight += 1
        self._metrics.in_flight.inc()
        try:
            yield
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify_all()
            self._metrics.in_flight.dec()

    def _note(self, call: Call, refusal: Refusal | None, seconds: float) -> None:
        status = refusal.code.name if refusal else "OK"
        model = call.model if self._is_configured(call.model) else ""
        self._metrics.call(model, call.method, status, seconds)
        fields = {"message": refusal.message} if refusal else {}
        self._log.write(
            "call",
            method=call.method,
            model=call.model,
            version=call.version,
            signature=call.signature,
            rows=call.rows,
            status=status,
            ms=round(1000 * seconds, 3),
            peer=call.context.peer(),
            **fields,
        )


def _parse(request: type, content: bytes) -> Any:
    try:
        return request.FromString(content)  # type: ignore[attr-defined]
    except DecodeError:
        raise invalid(f"the {len(content)} bytes are no {request.__name__}") from None
