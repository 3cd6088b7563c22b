"""Everything can be done without a pointer, and every control has a name."""

import pytest

from tests.serving.painter.exact_models import CARD
from tests.serving.painter.painter_page import PainterPage


@pytest.fixture
def painter(page):
    return PainterPage(page, CARD)


def test_letters_choose_tools(painter):
    keys = {
        "f": "fill",
        "l": "lasso",
        "r": "rectangle",
        "e": "eraser",
        "i": "picker",
        "h": "pan",
        "b": "brush",
    }
    for key, tool in keys.items():
        painter.page.keyboard.press(key)
        assert painter.get(f"tool-{tool}").get_attribute("aria-pressed") == "true"


def test_digits_choose_classes_and_arrows_go_on(painter):
    painter.page.keyboard.press("3")
    assert painter.get("class-2").get_attribute("aria-checked") == "true"
    painter.get("class-2").press("ArrowDown")
    assert painter.get("class-3").get_attribute("aria-checked") == "true"
    assert painter.get("class-3").evaluate("x => x === document.activeElement")


def test_the_canvas_can_be_drawn_on_with_arrows_and_enter(painter):
    frame = painter.page.get_by_label("Layout: draw here")
    painter.page.keyboard.press("2")
    frame.focus()
    for key in ("Enter", "ArrowRight", "ArrowRight", "ArrowRight", "Enter", "ArrowDown"):
        frame.press(key)
    labels = painter.labels()
    assert labels[24, 32] == 1
    assert (labels == 1).sum() > 10
    painter.wait_for_picture()
    painter.page.keyboard.press("Control+z")
    assert (painter.labels() == CARD.dont_care).all()
    painter.page.keyboard.press("Control+Shift+Z")
    assert (painter.labels() == labels).all()


def test_escape_leaves_a_stroke(painter):
    painter.page.mouse.move(*painter.place(20, 20))
    painter.page.mouse.down()
    assert (painter.labels() != CARD.dont_care).any()
    painter.page.keyboard.press("Escape")
    assert (painter.labels() == CARD.dont_care).all()
    painter.page.mouse.up()
    assert painter.get("undo").is_disabled()


def test_help_lists_the_keys_and_takes_them_while_it_is_open(painter):
    painter.page.keyboard.press("?")
    dialog = painter.get("help-dialog")
    dialog.wait_for()
    assert "Rectangle" in dialog.inner_text()
    painter.page.keyboard.press("f")
    assert painter.get("tool-fill").get_attribute("aria-pressed") == "false"
    painter.page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def test_zoom_by_keys(painter):
    before = painter.get("layout").bounding_box()
    painter.page.keyboard.press("+")
    painter.frames()
    assert painter.get("layout").bounding_box()["width"] == pytest.approx(1.25 * before["width"])
    painter.page.keyboard.press("0")
    painter.frames()
    assert painter.get("layout").bounding_box() == before


def test_a_style_by_key(painter):
    painter.page.keyboard.press("n")
    painter.page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=style-history] button').length === 2"
    )


def test_every_control_has_a_name(painter):
    nameless = painter.page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, [role], [tabindex]")]
          .filter(x => x.checkVisibility())
          .filter(x => !(x.ariaLabel || x.textContent.trim() || x.title || x.labels?.length))
          .map(x => x.outerHTML)"""
    )
    assert nameless == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_a_contrast_of_four_and_a_half(painter, scheme):
    painter.page.emulate_media(color_scheme=scheme)
    painter.page.wait_for_timeout(300)  # until colours have faded over
    low = painter.page.evaluate(
        """() => {
          const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
          const over = (colors) => {
            canvas.clearRect(0, 0, 1, 1);
            for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
            return [...canvas.getImageData(0, 0, 1, 1).data];
          };
          const light = (rgb) => rgb.slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const grounds = (x) =>
            x ? [...grounds(x.parentElement), getComputedStyle(x).backgroundColor] : [];
          return [...document.querySelectorAll("body *")]
            .filter(x => x.checkVisibility({ visibilityProperty: true }) && !x.closest(":disabled"))
            .filter(x => [...x.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
            .map(x => {
              const ground = grounds(x);
              const text = [...ground, getComputedStyle(x).color];
              const pair = [light(over(ground)), light(over(text))];
              return [x.textContent, (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)];
            })
            .filter(([, ratio]) => ratio < 4.5);
        }"""
    )
    assert low == []
