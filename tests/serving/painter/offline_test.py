"""The painter without a network, installed, and after an update."""

import json
import re
import shutil
import time
from collections.abc import Callable

import pytest
from PIL import Image

from tests.serving.painter.exact_models import CARD
from tests.serving.painter.painter_page import PainterPage, png_file
from tests.serving.painter.static_server import StaticServer


@pytest.fixture
def server(built):
    with StaticServer(built) as server:
        yield server


def open_painter(page, url: str) -> PainterPage:
    """Opens the painter, and waits for its first picture."""
    page.goto(url)
    painter = PainterPage(page, CARD)
    painter.get("latency").filter(has_text="ms").wait_for()
    return painter


def draws(painter: PainterPage) -> None:
    """A stroke becomes labels, and these a picture."""
    label = painter.choose_class("sea")
    painter.drag((10, 10), (40, 30))
    assert painter.labels()[20, 25] == label
    painter.wait_for_picture()


def kept(page) -> list[str]:
    """The keys of what the service worker keeps."""
    return page.evaluate(
        "async () => (await (await caches.open('painter')).keys()).map(({ url }) => url)"
    )


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_after_one_visit_it_needs_no_network(server, new_page):
    painter = open_painter(new_page(), server.url)
    # The style encoder is kept even if no photograph was read.
    wait_until(lambda: any("exact_style.tflite" in url for url in kept(painter.page)))
    server.stop()
    for _ in range(2):
        painter = open_painter(painter.page, server.url)
        draws(painter)
    painter.give("style-photo", png_file("red.png", Image.new("RGB", (40, 30), (255, 0, 0))))
    painter.wait_for_picture(z=(1, 0, 0))


def test_it_works_where_service_workers_are_blocked(server, new_page):
    painter = open_painter(new_page(service_workers="block"), server.url)
    draws(painter)
    assert painter.page.evaluate("navigator.serviceWorker.controller") is None


def test_everything_is_asked_for_once(server, new_page):
    painter = open_painter(new_page(), server.url)
    first = set(server.asked)
    assert any(path.endswith("_internal.wasm") for path in first)
    server.asked.clear()
    open_painter(painter.page, server.url)
    assert set(server.asked) <= {"/service_worker.js"}


def test_an_update_fetches_what_differs_and_is_there_at_the_next_visit(built, new_page, tmp_path):
    site = shutil.copytree(built, tmp_path / "site")
    with StaticServer(site) as server:
        page = new_page()
        open_painter(page, server.url)
        publish(site, "<title>Painter</title>", "<title>Another</title>")
        server.asked.clear()
        open_painter(page, server.url)
        # Chromium looks for updates a moment after a visit.
        wait_until(lambda: f"{server.url}?1234567890abcdef" in kept(page))
        wait_until(lambda: len([url for url in kept(page) if f"{server.url}?" in url]) == 1)
        draws(open_painter(page, server.url))
        assert page.title() == "Another"
    assert set(server.asked) == {"/service_worker.js", "/"}


def publish(site, old: str, new: str) -> None:
    """Changes the page as a build would."""
    page = site / "index.html"
    text = page.read_text()
    assert old in text
    page.write_text(text.replace(old, new))
    script = site / "service_worker.js"
    changed, count = re.subn(
        r"(index\.html\W+)[0-9a-f]{16}", r"\g<1>1234567890abcdef", script.read_text()
    )
    assert count == 1
    script.write_text(changed)


def test_the_manifest_is_that_of_an_application(built):
    manifest = json.loads((built / "manifest.webmanifest").read_text())
    assert manifest["display"] == "standalone"
    assert manifest["name"] and len(manifest["short_name"]) <= 12
    # Relative, so that it holds in any folder.
    assert manifest["start_url"] == manifest["scope"] == "./"
    sizes = set()
    for icon in manifest["icons"]:
        assert (built / icon["src"]).exists()
        if icon["type"] == "image/png":
            size = "x".join(map(str, Image.open(built / icon["src"]).size))
            assert icon["sizes"] == size
            sizes.add((size, icon["purpose"]))
    assert {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable")} <= sizes
    html = (built / "index.html").read_text()
    for link in re.findall(r'<link[^>]* href="\./([^"]+)"', html):
        assert (built / link).exists()


def test_chromium_would_install_it(server, new_page):
    page = new_page()
    open_painter(page, server.url)
    devtools = page.context.new_cdp_session(page)
    manifest = devtools.send("Page.getAppManifest")
    assert manifest["url"] == f"{server.url}manifest.webmanifest"
    assert manifest["errors"] == []
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
    # Playwright's contexts are like private windows, which install nothing.
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []
