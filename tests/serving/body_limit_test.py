import asyncio
import concurrent.futures
import json

import pytest
from starlette.exceptions import HTTPException

from serving.body_limit import BodyLimit


def run(coroutine):
    """In a thread of its own: a browser of other tests may have left its event loop in this one."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


def send_body(parts, headers=()):
    """What an application behind a limit of 10 bytes reads, and what the middleware answers."""
    read, answered = [], []
    messages = [
        {"type": "http.request", "body": part, "more_body": i + 1 < len(parts)}
        for i, part in enumerate(parts)
    ]

    async def application(scope, receive, send):
        more = True
        while more:
            message = await receive()
            read.append(message["body"])
            more = message["more_body"]

    async def receive():
        return messages.pop(0)

    async def send(message):
        answered.append(message)

    scope = {"type": "http", "headers": list(headers)}
    run(BodyLimit(application, 10)(scope, receive, send))
    return read, answered


def test_bodies_up_to_the_limit_pass():
    assert send_body([bytes(4), bytes(6)]) == ([bytes(4), bytes(6)], [])


def test_parts_are_added_up():
    with pytest.raises(HTTPException, match="expected at most 10 bytes") as caught:
        send_body([bytes(4), bytes(4), bytes(3)])
    assert caught.value.status_code == 413


@pytest.mark.parametrize("length", [b"11", b"99999999999999999999", b"-1", b"x"])
def test_nothing_is_read_of_what_announces_too_much(length):
    read, (start, body) = send_body([bytes(11)], [(b"content-length", length)])
    assert read == []
    assert start["status"] == 413
    assert "too large" in json.loads(body["body"])["error"]


def test_what_is_no_request_passes():
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["type"])

    run(BodyLimit(application, 1)({"type": "lifespan"}, None, None))
    assert seen == ["lifespan"]
