"""The study's page, in a real browser."""

import re

import pytest

from spade_tf.evaluation.preference.results import read_results
from spade_tf.evaluation.preference.server import StudyServer
from tests.evaluation.preference.browser import PHONE, Browser
from tests.evaluation.preference.serving import serving
from tests.evaluation.preference.small_study import RED, make_survey

pytestmark = pytest.mark.slow  # a browser starts

COLOR_OF = """
choice => {
  const image = document.querySelector(`#${choice} img`);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  return [...context.getImageData(5, 5, 1, 1).data].slice(0, 3);
}
"""

# The second tap comes just when the next question can be answered.
TAP_TWICE = """
() => new Promise((done) => {
  const first = document.getElementById("first");
  first.click();
  new MutationObserver(() => {
    if (first.ariaDisabled !== "false") return;
    first.click();
    done();
  }).observe(first, { attributes: true });
})
"""


@pytest.fixture(scope="module")
def browser():
    with Browser() as browser:
        yield browser


@pytest.fixture
def ask(browser, tmp_path):
    """`ask(count, ...)` serves a study; `ask.run(action)` runs in the browser's thread."""
    servers = []

    def start(**study):
        survey, database, clock = make_survey(tmp_path, **study)
        servers.append(serving(StudyServer(survey, "127.0.0.1", 0)))
        return servers[-1].__enter__(), database, clock

    yield start
    browser.run(browser.close_people)
    for server in servers:
        server.__exit__(None, None, None)
    wrong, browser.wrong = browser.wrong, []
    assert wrong == []


def start(page):
    page.get_by_role("button", name="Start").click()
    wait(page, 1)


def wait(page, number):
    """Waits for a question to be open, and longer than a second tap of the one before takes."""
    page.get_by_role("status").filter(has_text=f"Question {number} of").wait_for()
    page.locator("#first[aria-disabled=false]").wait_for()
    page.wait_for_timeout(320)


def red(page):
    """ "first" or "second": where method A's image is."""
    colors = [tuple(page.evaluate(COLOR_OF, choice)) for choice in ("first", "second")]
    return ("first", "second")[colors.index(RED)]


def other(choice):
    return "second" if choice == "first" else "first"


def test_two_people_and_the_report(browser, ask):
    server, database, _ = ask(count=4)

    def scenario():
        anna, ben = browser.person(server.url), browser.person(server.url, **PHONE)
        start(anna)
        start(ben)
        for number in range(1, 5):
            wait(anna, number)
            # Anna, with the keyboard, is for red three times of four.
            key = {"first": "ArrowLeft", "second": "ArrowRight"}
            side = red(anna)
            anna.keyboard.press(key[side if number != 2 else other(side)])
            wait(ben, number)
            if number == 3:  # in the middle
                before = ben.locator("#first img").get_attribute("src")
                ben.reload()
                wait(ben, 3)
                assert ben.locator("#first img").get_attribute("src") == before
            ben.locator(f"#{red(ben) if number == 1 else other(red(ben))}").tap()
        for page in (anna, ben):
            page.get_by_role("heading", name="Thank you").wait_for()
            assert "You answered 4 questions" in page.locator("#finished").inner_text()
            page.reload()
            page.get_by_role("heading", name="Thank you").wait_for()

    browser.run(scenario)
    (result,) = read_results(database)
    scores = result.scores
    assert (scores.people, scores.questions, scores.answers) == (2, 4, 8)
    assert (scores.favour_a, scores.share) == (3 + 1, 0.5)
    by_person = database.rows(
        """SELECT sum(prefers_a) FROM answers JOIN assignments s ON s.id = assignment
           GROUP BY person ORDER BY person"""
    )
    assert [row[0] for row in by_person] == [3, 1]
    assert database.value("SELECT min(milliseconds) FROM answers") >= 300


def test_limited_time(browser, ask):
    server, database, clock = ask(count=2, seconds=0.5)

    def scenario():
        page = browser.person(server.url)
        assert "show for 0.5 seconds" in page.locator("#welcome").inner_text()
        start(page)
        page.get_by_text("Time is over").first.wait_for()
        assert page.locator(".choice img").count() == 0
        assert page.locator("#layout img").count() == 1
        clock.now += 0.6
        page.reload()  # gives no second look
        page.get_by_text("Time is over").first.wait_for()
        asked = page.locator(".choice img").count()
        wait(page, 1)
        page.locator("#second").click()
        wait(page, 2)
        return asked

    assert browser.run(scenario) == 0
    assert database.value("SELECT milliseconds FROM answers") >= 600 + 300


def test_pictures_come_together_and_a_second_tap_answers_nothing(browser, ask):
    server, database, _ = ask(count=3)

    def scenario():
        page = browser.person(server.url)
        slow = []

        def hold(route):
            slow.append(route)

        page.route(re.compile("/second$"), hold)
        page.get_by_role("button", name="Start").click()
        page.wait_for_function("performance.getEntriesByType('resource').length > 4")
        while not slow:
            page.wait_for_timeout(20)
        page.wait_for_timeout(100)
        assert page.locator(".frame img").count() == 0  # none before all
        page.keyboard.press("ArrowLeft")  # nothing to answer yet
        page.unroute(re.compile("/second$"))  # which lets go of those that were held
        wait(page, 1)
        assert page.locator(".frame img").count() == 3
        page.evaluate(TAP_TWICE)
        wait(page, 2)
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+ArrowLeft")
        assert "Question 2" in page.get_by_role("status").inner_text()

    browser.run(scenario)
    assert database.value("SELECT count(*) FROM answers") == 1


def test_a_server_that_was_away(browser, ask):
    server, database, _ = ask(count=2)

    def scenario():
        page = browser.person(server.url)
        start(page)
        page.route("**/api/answer", lambda route: route.abort())
        page.locator("#first").click()
        page.get_by_text("The server does not answer.").wait_for()
        assert any("ERR_FAILED" in text for text in browser.wrong)
        browser.wrong.clear()
        page.unroute("**/api/answer")
        page.get_by_role("button", name="Try again").click()
        wait(page, 2)

    browser.run(scenario)
    assert database.value("SELECT count(*) FROM answers") == 1


def test_two_tabs_and_a_second_person_on_the_device(browser, ask):
    server, database, _ = ask(count=1)

    def scenario():
        page = browser.person(server.url)
        start(page)
        tab = page.context.new_page()
        tab.goto(server.url)
        wait(tab, 1)
        tab.locator("#first").click()
        tab.get_by_role("heading", name="Thank you").wait_for()
        page.locator("#second").click()  # answered already
        page.get_by_role("heading", name="Thank you").wait_for()
        browser.wrong.clear()  # the console tells of the 409
        page.get_by_role("button", name="Another person").click()
        wait(page, 1)

    browser.run(scenario)
    assert database.value("SELECT count(*) FROM answers") == 1
    assert database.value("SELECT count(*) FROM people") == 2


def test_everything_is_in_sight_and_has_a_name(browser, ask):
    server, _, _ = ask(count=2)

    def scenario():
        for options, arrangement in (
            (PHONE, "stack"),
            ({"viewport": {"width": 1280, "height": 800}}, "pyramid"),
            ({"viewport": {"width": 740, "height": 360}}, "row"),
        ):
            page = browser.person(server.url, **options)
            start(page)
            assert page.locator("#pictures").get_attribute("data-arrangement") == arrangement
            height = options["viewport"]["height"]
            boxes = [box.bounding_box() for box in page.locator(".frame").all()]
            assert all(box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes)
            assert len({(box["width"], box["height"]) for box in boxes}) == 1
            wide = "document.documentElement.scrollWidth > innerWidth"
            assert not page.evaluate(wide)
            for name in ("Image 1", "Image 2"):
                assert page.get_by_role("button", name=name, exact=True).is_visible()

    browser.run(scenario)
