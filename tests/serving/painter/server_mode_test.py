"""The painter and a model on a server: the real one, behind the real gateway."""

import subprocess
import sys
import time
import urllib.error
import urllib.request

import numpy as np
import pytest
from PIL import Image

from tests.serving import models
from tests.serving.free_port import free_port
from tests.serving.models import STYLED
from tests.serving.painter.exact_models import CARD
from tests.serving.painter.offline_test import open_painter
from tests.serving.painter.painter_page import PainterPage, png_file
from tests.serving.server_process import ROOT, START_SECONDS


class Gateway:
    """`python -m serving.gateway` for the model `styled`, at `url`; a context."""

    def __init__(self, served, *flags: str):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}/"
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "serving.gateway", f"--server={served.address}"),
                *("--model_name=styled", f"--model_card={served.card_file('styled')}"),
                *(f"--port={port}", *flags),
            ],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """Ends it; a second call does nothing."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> "Gateway":
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"{self.url}healthz", timeout=START_SECONDS)
                return self
            except urllib.error.URLError:
                time.sleep(0.1)
        self.stop()
        raise AssertionError("the gateway did not start")

    def __exit__(self, *_: object) -> None:
        self.stop()


@pytest.fixture(scope="module")
def gateway(served, built, site):
    """Serves the painter itself too, and answers the painter at `site`."""
    with Gateway(served, f"--static={built}", f"--allow_origins={site.rstrip('/')}") as gateway:
        yield gateway


def connect(painter: PainterPage, url: str) -> None:
    painter.click("model-picker")
    painter.get("server-url").fill(url)
    painter.click("server-connect")


def wait_for_picture(painter: PainterPage, z=(0, 0, 0)) -> None:
    """Waits for what the server paints of the layout that is seen."""
    labels = painter.labels()[None]
    inputs = {"label_map": labels, "instance_map": labels, "z": np.array([z], np.float32)}
    expected = models.paint(inputs)[0]
    end = time.monotonic() + 20
    while time.monotonic() < end:
        picture = painter.pixels("picture")
        if picture.shape == expected.shape and (picture == expected).all():
            return
        painter.page.wait_for_timeout(30)
    raise AssertionError("the picture is not the server's")


@pytest.fixture(params=["its own page", "a page elsewhere"])
def painter(request, new_page, gateway, site):
    """A painter that is connected to the gateway."""
    page = new_page()
    painter = open_painter(page, gateway.url if request.param == "its own page" else site)
    connect(painter, gateway.url)
    painter.get("model-picker").filter(has_text="styled").wait_for()
    painter.card = STYLED
    return painter


def test_a_server_paints_layouts_with_instances_and_styles(painter):
    painter.click("model-picker")
    assert "server" in painter.get("model-facts").inner_text()
    painter.page.keyboard.press("Escape")
    label = painter.choose_class("rock")
    painter.drag((2, 2), (9, 5))
    assert (painter.labels() == label).any()
    wait_for_picture(painter)
    painter.give("style-photo", png_file("grey.png", Image.new("RGB", (60, 40), (20, 20, 20))))
    wait_for_picture(painter, z=(20, 21, 22))


def test_a_gateway_that_goes_away_is_said(served, built, new_page):
    with Gateway(served, f"--static={built}") as gateway:
        painter = open_painter(new_page(), gateway.url)
        connect(painter, gateway.url)
        painter.get("model-picker").filter(has_text="styled").wait_for()
        painter.card = STYLED
        wait_for_picture(painter)
        gateway.stop()
        new_page.expected.append("ERR_CONNECTION_REFUSED")
        painter.choose_class("rock")
        painter.drag((2, 2), (9, 5))
        assert "does not answer; start the gateway" in painter.message()
        # A model on the device goes on.
        painter.click("model-picker")
        painter.get("model-list").get_by_role("button", name="exact").click()
        painter.get("model-picker").filter(has_text="exact").wait_for()
        painter.card = CARD
        painter.wait_for_picture()


def test_a_gateway_that_does_not_know_the_page_is_said(served, site, new_page):
    with Gateway(served) as gateway:
        new_page.expected += ["CORS", "ERR_FAILED"]
        painter = open_painter(new_page(), site)
        connect(painter, gateway.url)
        assert f"--allow_origins={site.rstrip('/')}" in painter.message()
        painter.wait_for_picture()


def test_what_is_no_gateway_is_said(site, new_page):
    new_page.expected.append("404")
    painter = open_painter(new_page(), site)
    connect(painter, site)
    assert "is no gateway" in painter.message()
    painter.wait_for_picture()
