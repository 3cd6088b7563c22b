"""Calls of a gRPC server: channel, one deadline for all tries, retries, errors in one line."""

import dataclasses
import random
import time
from collections.abc import Callable
from typing import Any

import grpc

from spade_tf.errors import UserError

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 3.0

_TOO_MANY_CALLS = "Concurrent RPC limit exceeded"
"""What a gRPC server in Python says to a call that it did not begin."""

_CHANNEL_OPTIONS = (
    # 4 MiB by default, less than one answer of five images of 512x512.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # Ours are the only retries, and each is a real try to connect.
    ("grpc.enable_retries", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)

_ADVICE = {
    grpc.StatusCode.DEADLINE_EXCEEDED: "; give it more time with timeout_s",
    grpc.StatusCode.UNIMPLEMENTED: "; is it a tensorflow.serving server (gRPC port, not REST)?",
}


class ServingError(UserError):
    """What a server, or the way to it, refused: `code` (grpc.StatusCode) and `details`."""

    def __init__(self, server: str, code: grpc.StatusCode, details: str):
        details = " ".join(details.split()) or "no details"
        advice = _ADVICE.get(code, "")
        if code == grpc.StatusCode.UNAVAILABLE and "connect" in details:
            advice = "; check the address, and whether the server uses TLS"
        super().__init__(f"{server}: {code.name}: {details}{advice}")
        self.code = code
        self.details = details


@dataclasses.dataclass(frozen=True)
class Tls:
    """Encrypts a channel. Files of PEM.

    ca             who vouches for the server; None = those that the system trusts
    certificate, key
                   of the client, where the server asks for them
    """

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None


def open_channel(server: str, tls: Tls | None = None) -> grpc.Channel:
    """A channel to HOST:PORT; the first call connects.

    Raises:
        UserError: no HOST:PORT, or a file of `tls` that cannot be read.
    """
    host, colon, port = server.rpartition(":")
    if not (host and colon and port.isascii() and port.isdigit() and 0 < int(port) < 2**16):
        raise UserError(f"server {server!r} must be HOST:PORT, such as 127.0.0.1:8500")
    if "//" in server:
        raise UserError(f"server {server!r} must be HOST:PORT of the gRPC port, without http://")
    if tls is None:
        return grpc.insecure_channel(server, _CHANNEL_OPTIONS)
    credentials = grpc.ssl_channel_credentials(
        _read(tls.ca), private_key=_read(tls.key), certificate_chain=_read(tls.certificate)
    )
    return grpc.secure_channel(server, credentials, _CHANNEL_OPTIONS)


def call(
    method: Callable[..., Any],
    request: Any,
    *,
    server: str,
    timeout_s: float,
    retries: int,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Any:
    """The answer to a request.

    A try is repeated where the server surely did not begin it or is surely gone (UNAVAILABLE, or
    RESOURCE_EXHAUSTED by its limit of concurrent calls; a message too large would stay so), after
    pauses that double from 0.1 to 3 s, each shortened at random by up to a half so that clients do
    not come back all at once. Painting changes nothing on the server, so a repeated try does no
    harm.

    Args:
        method: of `wire.Stub`.
        request: its message.
        server: named in errors.
        timeout_s: for all tries together; no pause goes beyond it.
        retries: tries after the first.
        sleep, clock: of the module time.

    Raises:
        ServingError: the last try's.
    """
    deadline = clock() + timeout_s
    for attempt in range(retries + 1):
        try:
            return method(request, timeout=deadline - clock())
        except grpc.RpcError as error:
            code, details = error.code(), error.details() or ""
            pause = min(FIRST_PAUSE_S * 2**attempt, LONGEST_PAUSE_S) * random.uniform(0.5, 1)
            late = clock() + pause >= deadline
            if attempt == retries or late or not _worth_another_try(code, details):
                raise ServingError(server, code, details) from error
        sleep(pause)
    raise AssertionError("a try either returns or raises")


def _worth_another_try(code: grpc.StatusCode, details: str) -> bool:
    if code == grpc.StatusCode.RESOURCE_EXHAUSTED:
        return _TOO_MANY_CALLS in details
    return code == grpc.StatusCode.UNAVAILABLE


def _read(path: str | None) -> bytes | None:
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise UserError(f"cannot read {path} ({error.strerror})") from error
