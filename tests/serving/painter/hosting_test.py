"""The painter on servers and in browsers that give it less."""

import shutil

import pytest

from tests.serving.painter.exact_models import CARD
from tests.serving.painter.offline_test import draws, open_painter
from tests.serving.painter.static_server import ISOLATION, StaticServer


def where(painter) -> str:
    """What computes."""
    painter.click("model-picker")
    facts = painter.get("model-facts").inner_text()
    painter.page.keyboard.press("Escape")
    return facts


def test_on_a_plain_server_in_a_subfolder(built, new_page, tmp_path):
    """Without the headers that threads need: the service worker gives them from the next visit."""
    shutil.copytree(built, tmp_path / "some" / "folder")
    with StaticServer(tmp_path, isolated=False) as server:
        painter = open_painter(new_page(), f"{server.url}some/folder/")
        assert "wasm, 1 thread\n" in where(painter)
        draws(painter)
        painter = open_painter(painter.page, f"{server.url}some/folder/")
        assert painter.page.evaluate("crossOriginIsolated")
        draws(painter)
        server.stop()
        draws(open_painter(painter.page, f"{server.url}some/folder/index.html"))


def test_without_shared_memory(built, new_page):
    with StaticServer(built, isolated=False) as server:
        painter = open_painter(new_page(service_workers="block"), server.url)
        assert painter.page.evaluate("typeof SharedArrayBuffer") == "undefined"
        assert "wasm, 1 thread\n" in where(painter)
        draws(painter)


def test_without_webgpu(site, new_page):
    page = new_page(service_workers="block")
    said = []
    page.on("console", lambda message: said.append(message.text))

    def without_gpu(route):
        said.append("routed")
        script = route.fetch().text()
        gone = "Object.defineProperty(WorkerNavigator.prototype, 'gpu', { value: undefined });"
        route.fulfill(body=gone + script, content_type="text/javascript", headers=ISOLATION)

    page.route("**/worker.js", without_gpu)
    painter = open_painter(page, site)
    assert "wasm" in where(painter)
    draws(painter)
    assert "routed" in said
    assert not [text for text in said if "WebGPU" in text or "LiteRT" in text]


def test_without_any_model(built, new_page, tmp_path):
    site = shutil.copytree(built, tmp_path / "site", ignore=shutil.ignore_patterns("models"))
    with StaticServer(site) as server:
        page = new_page(service_workers="block")
        new_page.expected.append("404")
        page.goto(server.url)
        page.get_by_text("No model came with this page.").wait_for()


@pytest.mark.parametrize("missing", ["exact.tflite", "litert_wasm_threaded_internal.wasm"])
def test_what_cannot_be_loaded_is_said(built, new_page, tmp_path, missing):
    site = shutil.copytree(built, tmp_path / "site")
    (path,) = site.rglob(missing)
    path.unlink()
    with StaticServer(site) as server:
        page = new_page(service_workers="block")
        new_page.expected += ["404", "wasm"]
        page.goto(server.url)
        message = page.get_by_test_id("message")
        if missing == "exact.tflite":
            message.filter(has_text="models/exact.tflite could not be loaded").wait_for()
            page.get_by_test_id("model-picker").click()
            page.get_by_test_id("model-list").get_by_role("button", name="instances").click()
        page.get_by_test_id("latency").filter(has_text="ms").wait_for()


def test_models_say_their_size(page):
    canvas = page.get_by_test_id("picture")
    assert canvas.evaluate("({ width, height }) => [width, height]") == [CARD.width, CARD.height]
