"""The viewer in a real browser, from a file."""

import pytest

from tests.evaluation.pages.example_pages import NAMES, write_long_page, write_small_page

pytestmark = pytest.mark.slow

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
COAST_9, COAST_10, ODD, VALLEY = NAMES


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a page #1")
    write_small_page(folder)
    return folder


@pytest.fixture(scope="module")
def long_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("long")
    write_long_page(folder, 200)
    return folder


def cards(page):
    return page.locator(".card").evaluate_all("all => all.map(card => card.dataset.name)")


def choose(page, *classes):
    for name in classes:
        page.get_by_role("checkbox", name=name).check()


def table(page):
    rows = page.locator("#metrics tr").all()
    return [[cell.inner_text() for cell in row.locator("th, td").all()] for row in rows]


def wait_for_focus(page, name):
    """Waits until an example's card has the focus: a dialog says later that it was closed."""
    page.wait_for_function(
        "label => document.activeElement.getAttribute('aria-label') === label",
        arg=f"Compare {name}",
    )


def test_every_picture_is_found_whatever_its_name(browse, folder):
    def steps(page, asked):
        assert page.title() == "Tests & <more>"
        assert page.get_by_role("heading", level=1).inner_text() == "Tests & <more>"
        assert cards(page) == list(NAMES)
        page.wait_for_function(
            "[...document.images].every(image => image.complete && image.naturalWidth === 4)"
        )
        assert page.locator("img").count() == 16

    browse(folder, steps)


def test_classes_filter_by_any_or_all(browse, folder):
    def steps(page, asked):
        listed = page.locator("#class-list li").all_inner_texts()
        assert [text.split("\n") for text in listed] == [
            ["sky", "3"],
            ["tree", "3"],
            ["sea <b>", "2"],
            ["road", "1"],
        ]
        choose(page, "sky", "tree")
        assert cards(page) == list(NAMES)
        page.get_by_role("radio", name="all").check()
        assert cards(page) == [COAST_9, VALLEY]
        assert page.locator("#count").inner_text() == "2 of 4 examples shown"
        page.get_by_role("button", name="Clear").click()
        assert cards(page) == list(NAMES)
        choose(page, "road")
        assert cards(page) == [ODD]

    browse(folder, steps)


def test_search_and_sort(browse, folder):
    def steps(page, asked):
        page.get_by_label("Sort by").select_option("share of the chosen classes")
        choose(page, "sky")
        assert cards(page) == [COAST_9, COAST_10, VALLEY]  # 70, 40 and 10 %
        choose(page, "sea")
        assert cards(page) == [COAST_10, VALLEY, COAST_9]  # 100, 80 and 70 %
        page.get_by_label("Search names").fill("COAST 1")
        page.locator("#count").filter(has_text="1 of 4").wait_for()
        assert cards(page) == [COAST_10]

    browse(folder, steps)


def test_metrics_with_those_of_the_chosen_classes(browse, folder):
    def steps(page, asked):
        head, miou, fid = (
            ["Metric", "A", "B"],
            ["miou (%) ↑", "40.00", "50.50★"],
            ["fid ↓", "30.25"],
        )
        assert table(page) == [head, miou, [*fid, "–"]]
        choose(page, "sky", "tree", "road")
        classes = [["sky", "80.00★", "70.00"], ["tree", "–", "60.00"]]
        assert table(page) == [head, miou, *classes, [*fid, "–"]]

    browse(folder, steps)


def test_columns_can_be_hidden_but_not_all(browse, folder):
    def steps(page, asked):
        boxes = page.locator("#columns input")
        for i in range(3):
            boxes.nth(i).click()
        assert page.locator(".card").first.locator(".title").all_inner_texts() == ["B"]
        boxes.nth(3).click()
        assert boxes.nth(3).is_checked()
        assert page.locator(".card").first.locator("img").count() == 1

    browse(folder, steps)


def test_the_large_view_by_keyboard(browse, folder):
    def steps(page, asked):
        dialog = page.get_by_role("dialog")
        page.get_by_role("button", name=f"Compare {COAST_9}").focus()
        page.keyboard.press("Enter")
        assert dialog.get_by_role("heading").inner_text() == COAST_9
        captions = dialog.locator("figcaption").all_inner_texts()
        assert captions == ["Layout", "Photograph", "A", "B"]
        assert dialog.locator(".shares li").all_inner_texts() == ["sky 70%", "tree 30%"]
        for key, name in (
            ("ArrowLeft", COAST_9),
            ("ArrowRight", COAST_10),
            ("End", VALLEY),
            ("ArrowRight", VALLEY),
            ("ArrowLeft", ODD),
        ):
            page.keyboard.press(key)
            assert dialog.get_by_role("heading").inner_text() == name
        assert "3 of 4" in dialog.inner_text()
        page.keyboard.press("Escape")
        assert dialog.count() == 0
        wait_for_focus(page, ODD)

    browse(folder, steps)


def test_the_large_view_goes_through_what_is_shown(browse, folder):
    def steps(page, asked):
        choose(page, "sea")
        page.locator(".pictures").first.click()
        page.get_by_role("button", name="Next").click()
        assert page.get_by_role("dialog").get_by_role("heading").inner_text() == VALLEY
        assert "2 of 2" in page.get_by_role("dialog").inner_text()

    browse(folder, steps)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_room_for_all(browse, folder, scheme):
    def steps(page, asked):
        assert not page.locator("#class-list").is_visible()
        page.locator("#classes summary").tap()
        choose(page, "sky")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        page.locator(".pictures").first.tap()
        for figure in page.locator(".large-pictures figure").all():
            box = figure.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 360
            assert box["y"] + box["height"] <= 740
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == {"light": "rgb(246, 247, 249)", "dark": "rgb(20, 23, 28)"}[scheme]

    browse(folder, steps, color_scheme=scheme, **PHONE)


def test_pictures_are_loaded_as_one_scrolls(browse, long_folder):
    def steps(page, asked):
        def pictures():
            return {url for url in asked if "/pictures/" in url}

        page.wait_for_function("document.images[0].naturalWidth === 4")
        page.wait_for_timeout(300)
        assert 1 <= len(pictures()) <= 96  # of 400
        assert page.locator(".card").count() <= 48
        assert page.locator(".card img:not([loading=lazy])").count() == 0
        last = page.locator("[data-name=example_199]")
        for _ in range(400):
            page.keyboard.press("End")
            page.wait_for_timeout(50)
            if last.count():
                break
        page.wait_for_function(
            "document.querySelector('[data-name=example_199] img').naturalWidth === 4"
        )
        assert any("example_199.png" in url for url in pictures())
        assert not page.get_by_role("button", name="Show more").is_visible()

    browse(long_folder, steps)


def test_closing_the_large_view_far_away_leads_to_its_card(browse, long_folder):
    def steps(page, asked):
        page.locator(".pictures").first.click()
        page.keyboard.press("End")
        page.keyboard.press("Escape")
        wait_for_focus(page, "example_199")
        assert cards(page) == [f"example_{i}" for i in range(192, 200)]
        page.get_by_role("button", name="Show earlier (192)").click()
        assert cards(page) == [f"example_{i}" for i in range(168, 200)]

    browse(long_folder, steps)
