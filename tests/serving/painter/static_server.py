"""A static server in this process, as plain or as helpful as a test wants it."""

import functools
import http.server
import pathlib
import threading

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
}


class _Handler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args, headers: dict[str, str], asked: list[str], **kwargs):
        self._headers = headers
        self._asked = asked
        super().__init__(*args, **kwargs)

    def do_GET(self):
        self._asked.append(self.path)
        super().do_GET()

    def end_headers(self):
        for name, value in self._headers.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_):
        pass


class StaticServer:
    """Serves a folder at `url` until `stop`; a context.

    Args:
        folder: to serve.
        isolated: whether pages become cross-origin isolated, so that wasm may have threads.
        port: to listen on; any free one by default.
    """

    def __init__(self, folder: pathlib.Path, *, isolated: bool = True, port: int = 0):
        self.asked: list[str] = []
        """The paths that were asked for, in order."""
        handler = functools.partial(
            _Handler,
            directory=str(folder),
            headers=ISOLATION if isolated else {},
            asked=self.asked,
        )
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/"

    def stop(self) -> None:
        """Stops answering; a second call does nothing."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def __enter__(self) -> "StaticServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
