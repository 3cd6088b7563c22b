"""The study over HTTP: the page, its pictures, and three calls with JSON.

Answers are `{"error": "..."}` with a status of 400 or more, or what the call is for. Pages of other
origins are refused, bodies are small, and a client that stalls is dropped.
"""

import http.cookies
import http.server
import json
import pathlib
import socket
import sqlite3
import sys
import urllib.parse
from http import HTTPStatus
from typing import Any

from spade_tf.errors import UserError
from spade_tf.evaluation.preference import survey as surveys
from spade_tf.evaluation.preference.survey import Refusal, Survey

PAGE = pathlib.Path(__file__).parent / "page"

TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}

MAX_BODY_BYTES = 1024

STALLED_SECONDS = 30.0

COOKIE_SECONDS = 365 * 24 * 3600

SAFETY = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class StudyServer(http.server.ThreadingHTTPServer):
    """Asks one study; `serve_forever` answers each connection in a thread of its own.

    Args:
      survey: the study.
      host, port: to listen on; port 0 takes any free one.

    Raises:
      UserError: one cannot listen there.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, survey: Survey, host: str, port: int):
        self.survey = survey
        self.cookie = f"person_{survey.study.token}"
        self.page = {f"/{path.name}": path for path in PAGE.iterdir() if path.suffix in TYPES}
        self.page["/"] = self.page.pop("/index.html")
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise UserError(
                f"cannot listen on {host}:{port} ({error.strerror}); give another --port or --host"
            ) from error

    @property
    def url(self) -> str:
        """Where the page is; on the whole network under this machine's name."""
        host, port = self.server_address[:2]
        if host == "0.0.0.0":
            host = socket.gethostname()
        return f"http://{host!s}:{port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is not worth a line."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = STALLED_SECONDS
    disable_nagle_algorithm = True  # head and body are two writes
    server: StudyServer

    def do_GET(self) -> None:
        self._guarded(self._get)

    def do_POST(self) -> None:
        self._guarded(self._post)

    def _guarded(self, answer: Any) -> None:
        self._path = urllib.parse.urlsplit(self.path).path
        try:
            answer()
        except Refusal as refusal:
            if refusal.status in (411, 413):
                self.close_connection = True  # the body is left unread
            self._send_json({"error": str(refusal)}, refusal.status)
        except (sqlite3.Error, OSError, UserError) as error:
            if isinstance(error, (ConnectionError, TimeoutError)):
                raise
            print(f"error: {self.command} {self._path}: {error}", file=sys.stderr)
            self._send_json({"error": "the server could not do this"}, 500)

    def _get(self) -> None:
        if self._announces_body():
            self.close_connection = True  # it is left unread
        survey, token = self.server.survey, self._token()
        if self._path == "/api/state":
            self._send_json(survey.state(token))
        elif self._path in self.server.page:
            file = self.server.page[self._path]
            self._send(file.read_bytes(), f"{TYPES[file.suffix]}; charset=utf-8", "no-cache")
        elif self._path.startswith("/pictures/") and self._path.count("/") == 3:
            assignment, which = self._path.split("/")[2:]
            png = survey.picture(token, assignment, which)
            self._send(png, "image/png", "private, max-age=86400, immutable")
        else:
            raise Refusal(404, "no such page")

    def _post(self) -> None:
        body = self._read_body()
        survey, token = self.server.survey, self._token()
        if self._path == "/api/join":
            token = survey.join()
            self._send_json(survey.state(token), cookie=token)
        elif self._path == "/api/shown":
            survey.shown(token, _text(body, "id"))
            self._send_json({})
        elif self._path == "/api/answer":
            survey.answer(token, _text(body, "id"), _choice(body), _milliseconds(body))
            self._send_json(survey.state(token))
        else:
            raise Refusal(404, "no such call")

    def _read_body(self) -> dict[str, Any]:
        """The JSON object of a request from this page."""
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            raise Refusal(411, "the request must tell its length")
        if len(length) > 9 or int(length) > MAX_BODY_BYTES:
            raise Refusal(413, f"the body is too large; expected at most {MAX_BODY_BYTES} bytes")
        content = self.rfile.read(int(length))
        origin = self.headers.get("Origin")
        if origin and urllib.parse.urlsplit(origin).netloc != self.headers.get("Host"):
            raise Refusal(403, "only the study's own page may call")
        if self.headers.get_content_type() != "application/json":
            raise Refusal(415, "the body must be application/json")
        try:
            body = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Refusal(400, "the body is no JSON") from error
        if not isinstance(body, dict):
            raise Refusal(400, "the body must be a JSON object")
        return body

    def _announces_body(self) -> bool:
        return any(name in self.headers for name in ("Content-Length", "Transfer-Encoding"))

    def _token(self) -> str | None:
        try:
            cookies = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        except http.cookies.CookieError:
            return None
        return cookies[self.server.cookie].value if self.server.cookie in cookies else None

    def _send_json(self, value: Any, status: int = 200, cookie: str | None = None) -> None:
        self._send(json.dumps(value).encode(), "application/json", "no-store", status, cookie)

    def _send(
        self, content: bytes, kind: str, cache: str, status: int = 200, cookie: str | None = None
    ) -> None:
        self.send_response(HTTPStatus(status))
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", cache)
        for name, value in SAFETY.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        if cookie:
            self.send_header(
                "Set-Cookie",
                f"{self.server.cookie}={cookie}; Path=/; Max-Age={COOKIE_SECONDS}; "
                "HttpOnly; SameSite=Strict",
            )
        self.end_headers()
        self.wfile.write(content)

    def version_string(self) -> str:
        return "preference_study"

    def log_message(self, *_: object) -> None:
        """Says nothing: addresses of people who take part are nobody's business."""


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise Refusal(400, f"{name} must be a text")
    return value


def _choice(body: dict[str, Any]) -> str:
    choice = _text(body, "choice")
    if choice not in surveys.CHOICES:
        raise Refusal(400, f"choice must be one of {', '.join(surveys.CHOICES)}")
    return choice


def _milliseconds(body: dict[str, Any]) -> int:
    value = body.get("milliseconds")
    if type(value) is not int or not 0 <= value <= surveys.LONGEST_MILLISECONDS:
        raise Refusal(400, f"milliseconds must be 0 to {surveys.LONGEST_MILLISECONDS}, whole")
    return value
