"""The painter's development server, whose pages can import the painter's modules one by one."""

import os
import pathlib
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
        )

    def __enter__(self) -> "DevServer":
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}models/index.json", timeout=START_SECONDS)
                return self
            except urllib.error.URLError:
                time.sleep(0.1)
        self._process.kill()
        raise AssertionError(f"the development server did not answer at {self.url}")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(START_SECONDS)
