"""Marking examples to leave out, in a real browser."""

import pathlib

import pytest

from spade_tf.evaluation.pages.page import PageExample
from tests.evaluation.pages.example_pages import NAMES, SHARES, write_pictures, write_small_page

pytestmark = pytest.mark.slow

COAST_9, COAST_10, ODD, VALLEY = NAMES


@pytest.fixture
def folder(tmp_path):
    """`valley` and `gone`, which is on no picture, are left out already."""
    facts = ((0.9, ()), (0.2, ("people: 40%",)), (0.5, ()), (0.8, ()))
    examples = [
        PageExample(name, write_pictures(tmp_path, 2, name), shares, confidence, remarks)
        for name, shares, (confidence, remarks) in zip(NAMES, SHARES, facts, strict=True)
    ]
    write_small_page(
        tmp_path,
        examples=examples,
        columns=["Photograph", "Labels"],
        metrics=(),
        methods=(),
        marked=[VALLEY, "gone"],
    )
    return tmp_path


def box(page, name):
    return page.locator(f'[data-name="{name}"] .mark input')


def downloaded(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "rejected.txt"
    return pathlib.Path(download.value.path()).read_text(encoding="utf-8")


def cards(page):
    return page.locator(".card").evaluate_all("all => all.map(card => card.dataset.name)")


def test_marks_are_downloaded_and_survive_a_reload(browse, folder):
    def steps(page, asked):
        assert box(page, VALLEY).is_checked() and not box(page, ODD).is_checked()
        assert downloaded(page) == "gone\nvalley\n"
        box(page, ODD).check()
        box(page, VALLEY).uncheck()
        assert page.get_by_role("button", name="Download rejected.txt (2)").is_visible()
        page.reload()
        assert box(page, ODD).is_checked() and not box(page, VALLEY).is_checked()
        assert downloaded(page) == f"gone\n{ODD}\n"

    browse(folder, steps)


def test_the_key_x_marks_in_the_large_view(browse, folder):
    def steps(page, asked):
        page.locator(".pictures").first.click()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("x")
        assert page.get_by_role("dialog").get_by_label("Leave out").is_checked()
        page.keyboard.press("Escape")
        assert box(page, COAST_10).is_checked() and not box(page, COAST_9).is_checked()
        page.locator(".pictures").nth(1).click()
        page.get_by_role("dialog").get_by_label("Leave out").uncheck()
        page.keyboard.press("Escape")
        assert not box(page, COAST_10).is_checked()

    browse(folder, steps)


def test_only_suspicious_or_marked_ones_and_the_least_confident_first(browse, folder):
    def steps(page, asked):
        page.locator("#only").select_option("suspicious")
        assert cards(page) == [COAST_10]
        assert page.locator(".remarks").inner_text() == "people: 40%"
        page.locator("#only").select_option("left out")
        assert cards(page) == [VALLEY]
        page.locator("#only").select_option("all")
        page.get_by_label("Sort by").select_option("confidence, lowest first")
        assert cards(page) == [COAST_10, ODD, VALLEY, COAST_9]

    browse(folder, steps)


def test_a_page_of_results_has_nothing_to_mark(browse, tmp_path):
    write_small_page(tmp_path)

    def steps(page, asked):
        assert page.locator(".mark").count() == 0
        assert not page.locator("#review").is_visible()
        assert not page.locator("#only").is_visible()
        assert "confidence, lowest first" not in page.get_by_label("Sort by").inner_text()

    browse(tmp_path, steps)
