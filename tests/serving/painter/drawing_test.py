"""Strokes by mouse, pen and fingers become labels, and the labels a picture."""

import numpy as np
import pytest

from tests.serving.painter.exact_models import CARD
from tests.serving.painter.painter_page import PainterPage

UNKNOWN = CARD.dont_care


@pytest.fixture
def painter(page):
    return PainterPage(page, CARD)


def is_in(labels: np.ndarray, label: int, rows: slice, columns: slice) -> bool:
    """Whether all of these pixels, and no others, have a label."""
    expected = np.zeros(labels.shape, bool)
    expected[rows, columns] = True
    return bool(((labels == label) == expected).all())


def test_starts_with_an_empty_layout_and_its_picture(painter):
    assert (painter.labels() == UNKNOWN).all()
    painter.wait_for_picture()


def test_a_brush_stroke_is_painted_and_can_be_undone(painter):
    grass = painter.choose_class("grass")
    painter.drag((10, 20), (50, 20))
    drawn = painter.labels()
    assert set(np.unique(drawn)) == {grass, UNKNOWN}
    assert (drawn[20, 10:50] == grass).all()
    assert (drawn[:10] == UNKNOWN).all()
    painter.wait_for_picture()

    painter.click("undo")
    assert (painter.labels() == UNKNOWN).all()
    painter.wait_for_picture()
    painter.click("redo")
    assert (painter.labels() == drawn).all()
    painter.wait_for_picture()


def test_the_picture_follows_while_the_pen_is_down(painter):
    painter.choose_class("sea")
    mouse = painter.page.mouse
    mouse.move(*painter.place(8, 8))
    mouse.down()
    for column in (20, 40, 60):
        mouse.move(*painter.place(column, 8), steps=4)
        assert painter.labels()[8, column - 1] == 1
        painter.wait_for_picture()
    mouse.up()


def test_the_brush_has_the_size_of_the_slider(painter):
    painter.choose_class("rock")
    counts = []
    for key in ("Home", "End"):
        painter.get("brush-size").press(key)
        painter.drag((32.5, 24.5))
        counts.append(int((painter.labels() == 3).sum()))
    # 1 pixel across, then half of the long side: 32, a disc of 804 pixels.
    assert counts[0] == 1
    assert counts[1] == pytest.approx(804, rel=0.02)


def test_rectangle_and_fill(painter):
    painter.click("tool-rectangle")
    rock = painter.choose_class("rock")
    painter.drag((10.5, 5.5), (30.5, 25.5))
    assert is_in(painter.labels(), rock, slice(5, 26), slice(10, 31))

    painter.click("tool-fill")
    sky = painter.choose_class("sky")
    painter.drag((20, 20))
    labels = painter.labels()
    assert is_in(labels, sky, slice(5, 26), slice(10, 31))
    assert (labels == UNKNOWN).sum() == 64 * 48 - 21 * 21
    painter.wait_for_picture()


def test_lasso_by_dragging_and_polygon_by_clicking(painter):
    corners = [(10, 10), (40, 10), (40, 30), (10, 30)]
    painter.click("tool-lasso")
    grass = painter.choose_class("grass")
    painter.drag(*corners)
    assert (painter.labels() == grass).sum() == pytest.approx(30 * 20, rel=0.1)
    painter.click("undo")
    for corner in corners:
        painter.drag(corner)
    assert (painter.labels() == UNKNOWN).all()
    painter.drag(corners[0])
    assert (painter.labels() == grass).sum() == pytest.approx(30 * 20, rel=0.1)


def test_the_eraser_leaves_the_class_that_was_chosen_for_it(painter):
    painter.click("tool-fill")
    painter.choose_class("grass")
    painter.drag((5, 5))
    painter.click("tool-eraser")
    painter.drag((32, 24))
    assert painter.labels()[24, 32] == UNKNOWN
    painter.get("eraser-class").select_option("sea")
    painter.drag((32, 24))
    assert painter.labels()[24, 32] == 1
    assert painter.labels()[2, 2] == 2


def test_the_picker_takes_the_class_below_it_and_goes_on_with_the_brush(painter):
    painter.click("tool-rectangle")
    painter.choose_class("sky")
    painter.drag((2, 2), (20, 40))
    painter.choose_class("rock")
    painter.click("tool-picker")
    painter.drag((5, 5))
    assert painter.get("class-0").get_attribute("aria-checked") == "true"
    painter.drag((50, 20))
    assert painter.labels()[20, 50] == 0


def test_the_class_under_the_pointer_is_named(painter):
    painter.page.mouse.move(*painter.place(30, 30))
    legend = painter.get("legend")
    legend.filter(has_text="unknown").wait_for()
    painter.page.mouse.move(2, 2)
    legend.wait_for(state="hidden")


def test_a_pen_draws_thinner_under_less_pressure(painter):
    painter.choose_class("grass")
    painter.get("brush-size").press("End")
    pen = painter.page.context.new_cdp_session(painter.page)
    x, y = painter.place(32, 24)
    counts = []
    for force in (1.0, 0.1):
        for kind, buttons in (("mousePressed", 1), ("mouseReleased", 0)):
            event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons}
            pen.send(
                "Input.dispatchMouseEvent",
                {**event, "clickCount": 1, "pointerType": "pen", "force": force},
            )
        counts.append(int((painter.labels() == 2).sum()))
        painter.click("undo")
    # A quarter of the diameter and 0.75 of it by pressure: 0.325 of it, 0.106 of the disc.
    assert counts[1] / counts[0] == pytest.approx(0.106, abs=0.02)


class Fingers:
    """Fingers on a touch screen, by the browser's own input events."""

    def __init__(self, painter: PainterPage):
        self._session = painter.page.context.new_cdp_session(painter.page)

    def put(self, kind: str, *points: tuple[float, float]) -> None:
        """`kind` is Start, Move or End; the points are those of all fingers that are down."""
        touches = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)]
        self._session.send(
            "Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": touches}
        )


@pytest.fixture
def phone(new_page, site):
    page = new_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    page.goto(site)
    page.get_by_test_id("latency").filter(has_text="ms").wait_for()
    return PainterPage(page, CARD)


def test_a_finger_draws(phone):
    phone.get("class-2").tap()
    fingers = Fingers(phone)
    fingers.put("Start", phone.place(8, 36))
    for column in range(10, 50, 4):
        fingers.put("Move", phone.place(column, 36))
    fingers.put("End")
    assert (phone.labels()[36, 8:46] == 2).all()
    phone.wait_for_picture()


def test_two_fingers_zoom_and_move_and_draw_nothing(phone):
    fingers = Fingers(phone)
    before = phone.get("layout").bounding_box()
    x, y = phone.place(32, 24)
    fingers.put("Start", (x - 30, y))
    fingers.put("Start", (x - 30, y), (x + 30, y))
    for i in range(1, 7):
        fingers.put("Move", (x - 30 - 10 * i, y), (x + 30 + 10 * i, y))
    fingers.put("End")
    assert (phone.labels() == UNKNOWN).all()
    assert phone.get("undo").is_disabled()
    after = phone.get("layout").bounding_box()
    # Fingers 60 apart are 180 apart now, about the same middle.
    assert after["width"] / before["width"] == pytest.approx(3, rel=0.02)
    assert phone.place(32, 24) == pytest.approx((x, y), abs=3)

    fingers.put("Start", phone.place(30, 20))
    fingers.put("End")
    assert phone.labels()[20, 30] != UNKNOWN
    phone.click("zoom-fit")
    phone.frames()
    assert phone.get("layout").bounding_box() == before


def test_on_a_phone_the_small_picture_and_the_layout_change_places(phone):
    layout, picture = phone.get("layout"), phone.get("picture")
    assert layout.bounding_box()["width"] > 2 * picture.bounding_box()["width"]
    picture.tap()
    phone.frames()
    assert picture.bounding_box()["width"] > 2 * layout.bounding_box()["width"]
    assert phone.get("undo").is_disabled()
    phone.get("mode-overlay").tap()
    phone.frames()
    assert picture.bounding_box()["width"] == layout.bounding_box()["width"]
    fingers = Fingers(phone)
    fingers.put("Start", phone.place(30, 20))
    fingers.put("End")
    assert phone.labels()[20, 30] != UNKNOWN


def test_nothing_on_a_phone_is_wider_than_it_and_targets_are_large(phone):
    panels = ("draw", "style", "samples", "layouts")
    for tab in panels:
        phone.get(f"tab-{tab}").tap()
        shown = [name for name in panels if phone.page.locator(f"#panel-{name}").is_visible()]
        assert shown == [tab]
        sizes = phone.page.evaluate(
            """() => [...document.querySelectorAll("button, select, input")]
              .filter(x => x.checkVisibility({ visibilityProperty: true }))
              .map(x => [x.title || x.textContent, x.getBoundingClientRect()])
              .map(([name, { width, height }]) => ({ name, width, height }))"""
        )
        assert len(sizes) > 10
        assert not [x for x in sizes if min(x["width"], x["height"]) < 40]
        assert phone.page.evaluate("document.documentElement.scrollWidth") == 360
