import re

from spade_tf.evaluation.pages.run_page import write_run_page
from spade_tf.training.workdir import Workdir
from tests.evaluation.pages.example_run import NASTY, example_run
from tests.tiny_config import tiny_config


def test_the_page_of_a_run_in_a_browser(tmp_path, browse):
    """One visit with a phone: what it shows, what it loads, and a pointer on a curve."""
    path = write_run_page(example_run(tmp_path / "a run"))
    assert path == tmp_path / "a run" / "run.html"
    assert not list(tmp_path.rglob("*.partial"))

    def steps(page, asked):
        assert page.title() == f"tiny {NASTY}: a run"
        assert page.locator("h1").inner_text() == f"tiny {NASTY}: a run failed"
        assert page.locator(".reason").inner_text() == f"G_GAN is nan {NASTY}"
        titles = page.locator(".chart h3").all_inner_texts()
        assert titles == [
            "G_GAN",
            "D_Real",
            "a",
            "b",
            "Images per second",
            "Waiting for input",
            "Peak memory",
            "Of each term",
        ]
        assert page.locator("#bad-examples td").first.inner_text() == NASTY
        assert "32" in page.locator("#config tr", has_text="data.height").inner_text()
        assert page.locator("#history tbody tr").count() == 4

        # The newest samples, and none of the others before they are asked for.
        picture = page.locator(".sample img")
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 30
        pictures = [url for url in asked if url.endswith(".png")]
        assert [url.rpartition("/")[2] for url in pictures] == ["step_000020.png"]
        page.get_by_role("button", name="Earlier").click()
        assert page.locator(".sample output").inner_text() == "step 10"
        assert picture.get_attribute("src") == "samples/step_000010.png"

        curve = page.locator(".chart").first
        assert curve.locator(".readout").inner_text() == "0.05 at last"
        box = curve.locator("svg").bounding_box()
        place = {"x": box["width"] - 13, "y": box["height"] / 2}
        curve.locator("svg").hover(position=place)
        assert curve.locator(".readout").inner_text() == "0.05 at 40 images"
        curve.locator("svg").hover(position={"x": 60, "y": place["y"]})
        assert re.fullmatch(r"[01][.\d]* at \d+ images", curve.locator(".readout").inner_text())
        assert curve.locator("path").count() == 2 and curve.locator("line.start").count() == 1
        # Nothing is wider than the phone.
        assert page.evaluate("document.documentElement.scrollWidth") == 390

    browse(path, steps, viewport={"width": 390, "height": 844})


def test_a_run_without_anything_is_a_page_too(tmp_path, browse):
    workdir = Workdir(tmp_path)
    workdir.describe(tiny_config())

    def steps(page, asked):
        assert page.locator("h2").all_inner_texts() == ["Configuration", "Environment"]

    browse(write_run_page(workdir), steps)
