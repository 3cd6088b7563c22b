import grpc
import pytest

from serving import calls
from spade_tf.errors import UserError

UNAVAILABLE, EXHAUSTED = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED


class Refusal(grpc.RpcError):
    def __init__(self, code, details=""):
        self._code, self._details = code, details

    def code(self):
        return self._code

    def details(self):
        return self._details


class Server:
    """Refuses as told, then answers; time passes only while a caller pauses or a try runs."""

    def __init__(self, *refusals, try_takes=0.0):
        self.refusals = list(refusals)
        self.try_takes = try_takes
        self.now = 0.0
        self.timeouts = []
        self.pauses = []

    def method(self, request, timeout):
        self.timeouts.append(timeout)
        self.now += self.try_takes
        if self.refusals:
            raise self.refusals.pop(0)
        return f"answer to {request}"

    def sleep(self, seconds):
        self.pauses.append(seconds)
        self.now += seconds

    def call(self, timeout_s=30.0, retries=3):
        return calls.call(
            self.method,
            "hello",
            server="host:1",
            timeout_s=timeout_s,
            retries=retries,
            sleep=self.sleep,
            clock=lambda: self.now,
        )


def test_an_answer_needs_one_try():
    server = Server()
    assert server.call() == "answer to hello"
    assert server.timeouts == [30.0] and server.pauses == []


def test_unavailable_is_tried_again_after_growing_pauses_within_one_deadline():
    server = Server(*[Refusal(UNAVAILABLE)] * 3)
    assert server.call() == "answer to hello"
    for pause, longest in zip(server.pauses, (0.1, 0.2, 0.4), strict=True):
        assert longest / 2 <= pause <= longest
    spent = 0.0
    for timeout, pause in zip(server.timeouts, [*server.pauses, 0.0], strict=True):
        assert timeout == pytest.approx(30.0 - spent)
        spent += pause


def test_pauses_are_bounded_and_differ():
    server = Server(*[Refusal(UNAVAILABLE)] * 20)
    server.call(timeout_s=1e6, retries=20)
    late = server.pauses[6:]
    assert all(calls.LONGEST_PAUSE_S / 2 <= pause <= calls.LONGEST_PAUSE_S for pause in late)
    assert len(set(late)) == len(late)


def test_the_last_refusal_is_told():
    server = Server(*[Refusal(UNAVAILABLE, "failed to connect\nto all")] * 9)
    with pytest.raises(
        calls.ServingError,
        match="^host:1: UNAVAILABLE: failed to connect to all; check the address, and whether",
    ) as caught:
        server.call(retries=2)
    assert caught.value.code == UNAVAILABLE
    assert len(server.timeouts) == 3


def test_no_try_begins_after_the_deadline():
    server = Server(*[Refusal(UNAVAILABLE)] * 9, try_takes=0.45)
    with pytest.raises(calls.ServingError):
        server.call(timeout_s=1.0, retries=9)
    # 0.45 s + 0.05..0.1 s, then 0.45 s more; the pause of 0.1 s or longer would end after 1 s
    assert len(server.timeouts) == 2
    assert all(timeout > 0 for timeout in server.timeouts)


def test_a_full_server_is_tried_again_but_no_message_that_is_too_large():
    full = Server(Refusal(EXHAUSTED, "Concurrent RPC limit exceeded!"))
    assert full.call() == "answer to hello"
    large = Server(Refusal(EXHAUSTED, "SERVER: Received message larger than max"))
    with pytest.raises(calls.ServingError, match="larger than max"):
        large.call()
    assert len(large.timeouts) == 1


@pytest.mark.parametrize(
    "code", [c for c in grpc.StatusCode if c not in (UNAVAILABLE, grpc.StatusCode.OK)]
)
def test_no_other_refusal_is_tried_again(code):
    server = Server(Refusal(code))
    with pytest.raises(calls.ServingError, match=f"host:1: {code.name}: no details"):
        server.call()
    assert len(server.timeouts) == 1


@pytest.mark.parametrize(
    "server", ["", "host", "host:", ":8500", "host:x", "host:0", "host:65536", "http://host:8500"]
)
def test_addresses_are_host_and_port(server):
    with pytest.raises(UserError, match="must be HOST:PORT"):
        calls.open_channel(server)


def test_missing_certificates_are_named(tmp_path):
    with pytest.raises(UserError, match="cannot read .*ca.pem"):
        calls.open_channel("host:1", calls.Tls(ca=str(tmp_path / "ca.pem")))
