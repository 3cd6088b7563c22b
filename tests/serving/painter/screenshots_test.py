"""Pictures of the painter for the README, and a look at it on a phone and on a desk.

    SPADE_SCREENSHOTS=docs/images python -m pytest tests/serving/painter/screenshots_test.py

Without SPADE_SCREENSHOTS they go to the test's own folder.
"""

import os
import pathlib

import numpy as np
import pytest
from PIL import Image

from tests.serving.painter.build_painter import PAINTER, build
from tests.serving.painter.static_server import StaticServer

PHONE = {
    "viewport": {"width": 360, "height": 740},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
DESK = {"viewport": {"width": 1280, "height": 800}}


@pytest.fixture(scope="module")
def shipped(packages, tmp_path_factory):
    """The address of the painter with the model that ships (or that PAINTER_MODELS has)."""
    if "PAINTER_MODELS" not in os.environ and not any((PAINTER / "models").glob("*.tflite")):
        pytest.skip("no model ships yet")
    folder = tmp_path_factory.mktemp("painter") / "dist"
    build(folder)
    with StaticServer(folder) as server:
        yield server.url


@pytest.fixture
def folder(tmp_path):
    folder = pathlib.Path(os.environ.get("SPADE_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_painter(new_page, url, **options):
    page = new_page(**options)
    page.goto(url)
    page.get_by_test_id("latency").filter(has_text="ms").wait_for()
    return page


def wait_for_samples(page) -> None:
    """Waits for the small pictures that are in sight."""
    page.wait_for_function(
        """() => [...document.querySelectorAll(".thumbnail canvas, .pad-corners canvas")]
          .every(x => x.offsetParent === null || x.classList.contains("painted"))"""
    )
    page.wait_for_timeout(300)  # until they have faded in


def shoot(page, path: pathlib.Path) -> None:
    page.screenshot(path=path)
    with Image.open(path) as image:
        assert np.asarray(image).std() > 20, f"{path} is nearly empty"


def draw_a_stroke(page) -> None:
    """Draws a wave over the middle of the layout and leaves the pen down."""
    box = page.get_by_test_id("layout").bounding_box()
    mouse = page.mouse
    mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.6 * box["height"])
    mouse.down()
    for x, y in ((0.35, 0.52), (0.5, 0.6), (0.65, 0.56)):
        mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=8)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_desk(new_page, shipped, folder, scheme):
    page = open_painter(new_page, shipped, color_scheme=scheme, **DESK)
    for _ in range(3):
        page.get_by_test_id("style-random").click()
        page.wait_for_timeout(200)
    draw_a_stroke(page)
    page.mouse.up()
    wait_for_samples(page)
    shoot(page, folder / f"painter_desktop_{scheme}.png")


def test_tablet(new_page, shipped, folder):
    tablet = {"viewport": {"width": 820, "height": 1180}, "has_touch": True}
    page = open_painter(new_page, shipped, color_scheme="light", **tablet)
    wait_for_samples(page)
    shoot(page, folder / "painter_tablet.png")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone(new_page, shipped, folder, scheme):
    page = open_painter(new_page, shipped, color_scheme=scheme, **PHONE)
    page.get_by_test_id("style-random").evaluate("button => button.click()")
    draw_a_stroke(page)
    page.mouse.up()
    page.wait_for_timeout(500)
    shoot(page, folder / f"painter_phone_{scheme}.png")
    for tab in ("style", "samples", "layouts"):
        page.get_by_test_id(f"tab-{tab}").tap()
        page.get_by_test_id("mode-picture").tap()
        wait_for_samples(page)
        shoot(page, folder / f"painter_phone_{tab}_{scheme}.png")


def test_dialogs(new_page, shipped, folder):
    page = open_painter(new_page, shipped, color_scheme="light", **DESK)
    page.get_by_test_id("model-picker").click()
    shoot(page, folder / "painter_models.png")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    shoot(page, folder / "painter_keys.png")
    page.keyboard.press("Escape")
    page.get_by_test_id("mode-overlay").click()
    draw_a_stroke(page)
    shoot(page, folder / "painter_overlay.png")
    page.mouse.up()


def test_files_on_a_phone(new_page, shipped, folder):
    page = open_painter(new_page, shipped, color_scheme="light", **PHONE)
    page.get_by_test_id("menu").tap()
    shoot(page, folder / "painter_phone_files.png")
