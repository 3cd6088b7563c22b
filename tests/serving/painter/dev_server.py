"""The painter's development server, whose pages can import the painter's modules one by one."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request

from tests.serving.free_port import free_port
from tests.serving.painter.build_painter import PAINTER

START_SECONDS = 60.0


class DevServer:
    """`npm run dev` with the models of a folder, at `url`; a context."""

    def __init__(self, models: pathlib.Path):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        self._process = subprocess.Popen(
            ["node", "node_modules/vite/bin/vite.js", f"--port={port}", "--strictPort"],
            cwd=PAINTER,
            env={**os.environ, "PAINTER_MODELS": str(models)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the environment's node is a script that starts the real one
        )

    def __enter__(self) -> "DevServer":
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}models/index.json", timeout=START_SECONDS)
                return self
            except urllib.error.URLError:
                time.sleep(0.1)
        self.__exit__()
        raise AssertionError(f"the development server did not answer at {self.url}")

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(START_SECONDS)
