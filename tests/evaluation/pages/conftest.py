"""A browser that opens pages from files, and tells what should not happen."""

import os
import pathlib
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest


@pytest.fixture(scope="session")
def browser_thread() -> Iterator[tuple[ThreadPoolExecutor, Any]]:
    """Chromium, and the only thread that may use it.

    Playwright leaves an event loop in its thread, which other tests must not find in theirs.
    """
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if not path:
        pytest.skip("no chromium on the PATH, and CHROMIUM names none")
    playwright_api = pytest.importorskip("playwright.sync_api")
    with ThreadPoolExecutor(1) as thread:
        playwright = thread.submit(lambda: playwright_api.sync_playwright().start()).result()
        arguments = {"executable_path": path, "args": ["--no-sandbox"]}
        browser = thread.submit(lambda: playwright.chromium.launch(**arguments)).result()
        yield thread, browser
        thread.submit(browser.close).result()
        thread.submit(playwright.stop).result()


@pytest.fixture
def browse(browser_thread: tuple[ThreadPoolExecutor, Any]) -> Callable[..., None]:
    """`browse(folder, steps, **options)` opens folder/index.html and calls `steps(page, asked)`.

    A file is opened itself.

    `asked` are the addresses that the page asked for so far. Errors on the console and addresses
    that are no files fail the test. The options are Playwright's for a context.
    """
    thread, browser = browser_thread

    def visit(folder: pathlib.Path, steps: Callable[[Any, list[str]], None], options: dict) -> None:
        context = browser.new_context(**options)
        asked: list[str] = []
        wrong: list[str] = []
        context.set_default_timeout(60_000)  # of a busy machine
        context.on("request", lambda request: asked.append(request.url))
        context.on("requestfailed", lambda request: wrong.append(f"failed: {request.url}"))
        context.on("weberror", lambda error: wrong.append(f"not caught: {error.error}"))
        context.on("console", lambda m: wrong.append(m.text) if m.type == "error" else None)
        try:
            page = context.new_page()
            page.goto((folder / "index.html" if folder.is_dir() else folder).as_uri())
            steps(page, asked)
        finally:
            context.close()
        assert not wrong
        assert all(url.startswith(("file:", "blob:")) for url in asked)

    def browse(folder: pathlib.Path, steps: Callable, **options: Any) -> None:
        thread.submit(visit, folder, steps, options).result()

    return browse
