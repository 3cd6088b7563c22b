"""Styles: by chance, between four, from a photograph, and those of before."""

import numpy as np
import pytest
from PIL import Image

from tests.serving.painter.exact_models import CARD, paint
from tests.serving.painter.painter_page import PainterPage, png_file


@pytest.fixture
def painter(page):
    painter = PainterPage(page, CARD)
    painter.click("tool-fill")
    painter.choose_class("rock")  # whose colour leaves styles room on both sides
    painter.drag((5, 5))
    painter.wait_for_picture()
    return painter


def wait_for_other_picture(painter: PainterPage, old: np.ndarray) -> np.ndarray:
    """The next picture that is not this one."""
    painter.page.wait_for_function(
        """([old]) => {
          const canvas = document.querySelector("[data-testid=picture]");
          const { data } = canvas.getContext("2d").getImageData(0, 0, 1, 1);
          return [0, 1, 2].some(i => data[i] !== old[i]);
        }""",
        arg=[old[0, 0].tolist()],
    )
    return painter.pixels("picture")


def test_random_styles_differ_and_old_ones_come_back(painter):
    pictures = [painter.pixels("picture")]
    for _ in range(2):
        painter.click("style-random")
        pictures.append(wait_for_other_picture(painter, pictures[-1]))
    kept = painter.get("style-history").get_by_role("button")
    assert kept.count() == 3  # the average style too; the newest first
    kept.nth(2).click()
    painter.wait_for_picture()
    kept.nth(1).click()
    again = wait_for_other_picture(painter, pictures[0])
    assert (again == pictures[1]).all()


def test_a_style_stays_when_the_layout_changes(painter):
    before = painter.pixels("picture")
    painter.click("style-random")
    styled = wait_for_other_picture(painter, before)
    painter.click("tool-rectangle")
    painter.choose_class("grass")
    painter.drag((30, 20), (60, 40))
    painter.page.wait_for_function(
        """([old]) => {
          const canvas = document.querySelector("[data-testid=picture]");
          const { data } = canvas.getContext("2d").getImageData(45, 30, 1, 1);
          return [0, 1, 2].some(i => data[i] !== old[i]);
        }""",
        arg=[styled[30, 45].tolist()],
    )
    assert (painter.pixels("picture")[0, 0] == styled[0, 0]).all()


def test_the_style_of_a_photograph(painter):
    photograph = Image.new("RGB", (40, 30), (255, 51, 102))
    painter.give("style-photo", png_file("sunset.png", photograph))
    # The exact model's style is the mean colour as shares of 255.
    painter.wait_for_picture(np.array([1, 0.2, 0.4], np.float32))


def test_the_pad_blends_by_pointer_and_keyboard(painter):
    pad = painter.get("style-pad")
    seen = {tuple(painter.pixels("picture")[0, 0])}
    for x, y in ((7, 7), (100, 60), (133, 133)):
        before = painter.pixels("picture")
        pad.click(position={"x": x, "y": y})
        seen.add(tuple(wait_for_other_picture(painter, before)[0, 0]))
    before = painter.pixels("picture")
    pad.get_by_role("slider").press("ArrowLeft")
    seen.add(tuple(wait_for_other_picture(painter, before)[0, 0]))
    assert len(seen) == 5
    assert pad.get_by_role("slider").get_attribute("aria-valuenow") == "90"


def test_samples_show_the_layout_in_other_styles_and_can_be_taken(painter):
    samples = painter.get("samples").locator("canvas")
    assert samples.count() == 8
    painter.page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=samples] canvas.painted').length === 8"
    )
    before = painter.pixels("picture")
    painter.get("samples").get_by_role("button").nth(3).click()
    taken = wait_for_other_picture(painter, before)
    # Where the page was slow, samples of the first, empty layout are painted anew only now.
    painter.page.wait_for_function(
        """([taken]) => {
          const canvas = document.querySelectorAll("[data-testid=samples] canvas")[3];
          const { data } = canvas.getContext("2d").getImageData(0, 0, 1, 1);
          return [0, 1, 2].every(i => data[i] === taken[i]);
        }""",
        arg=[taken[0, 0].tolist()],
    )
    # A style moves every channel by the same amount everywhere.
    average = paint(CARD, painter.labels(), np.zeros(3, np.float32)).astype(int)
    shift = taken.astype(int) - average
    assert (shift == shift[0, 0]).all()


def test_what_is_no_photograph_is_refused(painter):
    text = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"dear diary"}
    painter.give("style-photo", text)
    assert "notes.jpg could not be read as a picture" in painter.message()
    painter.wait_for_picture()
