"""Chromium in a thread of its own: Playwright leaves an event loop in the thread it runs in."""

import concurrent.futures
import os
import shutil
from typing import Any

import pytest

PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESK = {"viewport": {"width": 1280, "height": 800}}


class Browser:
    """Headless Chromium; a context. Everything that touches its pages goes through `run`."""

    def __init__(self):
        self._pool = concurrent.futures.ThreadPoolExecutor(1)
        self._contexts: list[Any] = []
        self.wrong: list[str] = []
        """Errors that pages wrote to their consoles or did not catch, and foreign addresses."""

    def __enter__(self) -> "Browser":
        self.run(self._start)
        return self

    def run(self, action, *arguments):
        """Does something in the browser's thread; returns what it returns."""
        return self._pool.submit(action, *arguments).result()

    def person(self, url: str, **options):
        """A page of somebody with cookies of their own, opened at `url`; within `run` alone."""
        context = self._browser.new_context(**options)
        self._contexts.append(context)
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "request",
            lambda r: None if r.url.startswith((url, "data:")) else self.wrong.append(r.url),
        )
        page.goto(url)
        return page

    def close_people(self) -> None:
        """Closes all pages."""
        while self._contexts:
            self._contexts.pop().close()

    def _start(self) -> None:
        path = (
            os.environ.get("CHROMIUM")
            or shutil.which("chromium")
            or shutil.which("chromium-browser")
        )
        if not path:
            pytest.skip("no chromium on the PATH, and CHROMIUM names none")
        playwright_api = pytest.importorskip("playwright.sync_api")
        self._playwright = playwright_api.sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )

    def _stop(self) -> None:
        self.close_people()
        self._browser.close()
        self._playwright.stop()

    def __exit__(self, *_: object) -> None:
        self.run(self._stop)
        self._pool.shutdown()
