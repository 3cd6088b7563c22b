"""The study over real HTTP."""

import contextlib
import http.client
import json
import socket

import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.server import MAX_BODY_BYTES, StudyServer
from tests.evaluation.preference.serving import serving
from tests.evaluation.preference.small_study import make_survey

JSON = {"Content-Type": "application/json"}


class Client:
    """A browser with one connection and one cookie."""

    def __init__(self, server):
        self._connection = http.client.HTTPConnection(*server.server_address, timeout=20)
        self.cookie = None

    def ask(self, method, path, body=None, headers=JSON):
        headers = dict(headers)
        if self.cookie:
            headers["Cookie"] = f"other=1; {self.cookie}"
        content = json.dumps(body) if isinstance(body, dict) else body
        self._connection.request(method, path, content, headers)
        self.response = self._connection.getresponse()
        text = self.response.read()
        if "Set-Cookie" in self.response.headers:
            self.cookie = self.response.headers["Set-Cookie"].split(";")[0]
        is_json = self.response.headers["Content-Type"] == "application/json"
        return self.response.status, json.loads(text) if is_json else text

    def close(self):
        self._connection.close()


@pytest.fixture
def study(tmp_path):
    survey, database, _ = make_survey(tmp_path, 2)
    with serving(StudyServer(survey, "127.0.0.1", 0)) as server:
        yield server, database


@pytest.fixture
def client(study):
    client = Client(study[0])
    yield client
    client.close()


def test_the_page_and_its_files(client):
    status, page = client.ask("GET", "/")
    assert status == 200 and b"<!doctype html>" in page
    assert client.response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in client.response.headers["Content-Security-Policy"]
    assert client.response.headers["Server"] == "preference_study"
    for name in ("page.js", "question.js", "page.css"):
        assert client.ask("GET", f"/{name}?x=1")[0] == 200
    for path in ("/server.py", "/../server.py", "/page/page.js", "/%2e%2e/server.py", "/api"):
        assert client.ask("GET", path) == (404, {"error": "no such page"})


def test_from_joining_to_the_last_answer(client, study):
    assert client.ask("GET", "/api/state") == (
        200,
        {"seconds": 0, "questions": 2, "joined": False},
    )
    status, state = client.ask("POST", "/api/join", {})
    assert status == 200 and state["joined"] and state["total"] == 2
    cookie = client.response.headers["Set-Cookie"]
    assert "HttpOnly; SameSite=Strict" in cookie and "Path=/" in cookie
    while question := state["question"]:
        for which in ("layout", "first", "second"):
            status, png = client.ask("GET", f"/pictures/{question['id']}/{which}")
            assert status == 200 and png.startswith(b"\x89PNG")
            assert client.response.headers["Content-Type"] == "image/png"
        assert client.ask("POST", "/api/shown", {"id": question["id"]}) == (200, {})
        answer = {"id": question["id"], "choice": "first", "milliseconds": 1234}
        status, state = client.ask("POST", "/api/answer", answer)
        assert status == 200
        assert client.ask("POST", "/api/answer", answer)[0] == 409
    assert (state["answered"], state["total"], state["next"]) == (2, 2, None)
    assert client.ask("GET", "/api/state") == (200, state)
    stored = study[1].rows("SELECT milliseconds FROM answers")
    assert [row[0] for row in stored] == [1234, 1234]


def test_an_anonymous_call_gets_nothing(client):
    answer = {"id": "x", "choice": "first", "milliseconds": 1}
    assert client.ask("POST", "/api/answer", answer)[0] == 401
    assert client.ask("GET", "/pictures/x/first")[0] == 401
    client.cookie = "person_x=y; =;;"
    assert client.ask("GET", "/api/state")[1]["joined"] is False


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 1000, "no JSON"),
        (b"[]", "must be a JSON object"),
        ({"choice": "first", "milliseconds": 1}, "id must be a text"),
        ({"id": 7, "choice": "first", "milliseconds": 1}, "id must be a text"),
        ({"id": "x", "choice": "both", "milliseconds": 1}, "choice must be one of first, second"),
        ({"id": "x", "choice": "first", "milliseconds": -1}, "milliseconds must be 0 to"),
        ({"id": "x", "choice": "first", "milliseconds": 1.5}, "milliseconds must be 0 to"),
        ({"id": "x", "choice": "first", "milliseconds": True}, "milliseconds must be 0 to"),
        ({"id": "x", "choice": "first", "milliseconds": 2**31}, "milliseconds must be 0 to"),
    ],
)
def test_malformed_answers_are_400(client, body, error):
    client.ask("POST", "/api/join", {})
    status, answer = client.ask("POST", "/api/answer", body)
    assert status == 400 and error in answer["error"]


def test_other_sites_and_forms_are_refused(client, study):
    foreign = {**JSON, "Origin": "http://elsewhere.example"}
    assert client.ask("POST", "/api/join", {}, foreign)[0] == 403
    own = {**JSON, "Origin": study[0].url.rstrip("/")}
    assert client.ask("POST", "/api/join", {}, own)[0] == 200
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.ask("POST", "/api/join", "a=b", form)[0] == 415
    assert study[1].value("SELECT count(*) FROM people") == 1


def test_long_bodies_are_left_unread(client):
    assert client.ask("POST", "/api/join", b"x" * (MAX_BODY_BYTES + 1))[0] == 413
    assert client.response.headers["Connection"] == "close"
    # The connection ends there: what follows could be taken for a request.
    assert client.ask("POST", "/api/join", {})[0] == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 99999999999999999999", 413),
        (b"Content-Length: -1", 411),
        (b"Content-Length: x", 411),
        (b"X: y", 411),
        (b"Transfer-Encoding: chunked", 411),
        (b"Content-Length: 2\r\nTransfer-Encoding: chunked", 411),
    ],
)
def test_bodies_of_unknown_length_are_refused(study, head, status):
    with socket.create_connection(study[0].server_address, 20) as connection:
        connection.sendall(b"POST /api/join HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
        received = b""
        while part := connection.recv(4096):  # until the server closes
            received += part
    assert received.startswith(b"HTTP/1.1 %d" % status)


def test_a_port_in_use_is_told(study):
    server, _ = study
    with pytest.raises(UserError, match="cannot listen on 127.0.0.1:.*give another --port"):
        StudyServer(server.survey, "127.0.0.1", server.server_address[1])


def test_an_image_that_vanished_is_no_crash(tmp_path, capfd):
    survey, _, _ = make_survey(tmp_path, 1)
    with (
        serving(StudyServer(survey, "127.0.0.1", 0)) as server,
        contextlib.closing(Client(server)) as client,
    ):
        state = client.ask("POST", "/api/join", {})[1]
        (tmp_path / "red" / "scene_0.png").unlink()
        path = f"/pictures/{state['question']['id']}"
        answers = [client.ask("GET", f"{path}/{which}") for which in ("first", "second")]
    assert (500, {"error": "the server could not do this"}) in answers
    assert "scene_0.png" in capfd.readouterr().err


def test_people_do_not_wait_for_each_other(study):
    stalled = socket.create_connection(study[0].server_address, 20)
    stalled.sendall(b"POST /api/join HTTP/1.1\r\nContent-Length: 5\r\n")
    clients = [Client(study[0]) for _ in range(5)]
    for client in clients:
        assert client.ask("GET", "/")[0] == 200
        assert client.ask("POST", "/api/join", {})[0] == 200
    assert len({client.cookie for client in clients}) == 5
    for client in clients:
        client.close()
    stalled.close()
