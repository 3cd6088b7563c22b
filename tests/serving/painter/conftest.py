"""The built painter, a browser, and pages that report what should not happen."""

import os
import pathlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.serving.painter.build_painter import build, require_packages
from tests.serving.painter.exact_models import write_models
from tests.serving.painter.static_server import StaticServer
from tests.serving.painter.watched_pages import WatchedPages


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of them start a browser."""
    here = pathlib.Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with the models of exact_models.py."""
    folder = tmp_path_factory.mktemp("models")
    write_models(folder)
    return folder


@pytest.fixture(scope="session")
def packages() -> None:
    """The painter's packages are installed."""
    require_packages()


@pytest.fixture(scope="session")
def built(
    packages: None, models: pathlib.Path, tmp_path_factory: pytest.TempPathFactory
) -> pathlib.Path:
    """A folder with the painter and `models`, ready for any static server."""
    folder = tmp_path_factory.mktemp("painter") / "dist"
    build(folder, models)
    return folder


@pytest.fixture(scope="session")
def site(built: pathlib.Path) -> Iterator[str]:
    """The address of the built painter."""
    with StaticServer(built) as server:
        yield server.url


@pytest.fixture(scope="session")
def launch() -> Iterator[Callable[..., Any]]:
    """Starts Chromium with further arguments; answers Playwright's browser."""
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    if not path:
        pytest.skip("no chromium on the PATH, and CHROMIUM names none")
    playwright_api = pytest.importorskip("playwright.sync_api")
    with playwright_api.sync_playwright() as playwright:
        yield lambda *args: playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", *args]
        )


@pytest.fixture(scope="session")
def browser(launch: Callable[..., Any]) -> Iterator[Any]:
    """Headless Chromium."""
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[Callable[..., Any]]:
    """Makes pages in contexts of their own; its arguments are Playwright's for a context.

    At the end of the test no page may have written errors to the console, or asked for anything
    that is not on this machine. `new_page.expected` holds parts of console errors that a test
    provokes.
    """
    with WatchedPages(browser) as pages:
        yield pages


@pytest.fixture
def page(new_page: Callable[..., Any], site: str) -> Any:
    """The painter, with its first model open and its first picture painted."""
    page = new_page()
    page.goto(site)
    page.get_by_test_id("latency").filter(has_text="ms").wait_for()
    return page
