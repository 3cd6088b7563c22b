import io
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request

import grpc
import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image

from serving.client import Client, ServingError
from serving.gateway import create_app
from spade_tf.export.contract import ModelCard
from tests.serving import models
from tests.serving.conftest import SHIFT_OF_2
from tests.serving.free_port import free_port
from tests.serving.messages import png
from tests.serving.models import CARD, STYLED
from tests.serving.run_serving import run_serving
from tests.serving.server_process import ROOT

LABELS = np.random.default_rng(0).integers(0, 5, (8, 12)).astype(np.int32)
COLORS = np.array([label.color for label in CARD.labels], np.uint8)
GREY = png(np.where(LABELS == 4, 255, LABELS).astype(np.uint8))
COLORED = png(COLORS[LABELS])
INSTANCES = png((LABELS + 300).astype(np.uint16))
PNG = {"Content-Type": "image/png"}


@pytest.fixture
def browser(served):
    """Makes a browser of the gateway for a model."""
    clients = []

    def open_page(card=CARD, **settings):
        clients.append(Client(served.address, card.name))
        return TestClient(create_app(clients[-1], card, **settings))

    yield open_page
    for client in clients:
        client.close()


def away(card=CARD, **settings):
    """A browser of a gateway whose server is not there."""
    client = Client(f"127.0.0.1:{free_port()}", card.name, retries=0)
    return TestClient(create_app(client, card, **settings))


def image(response):
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(response.content)))


def painted(shift=0, **inputs):
    inputs = {"label_map": LABELS, **inputs}
    batch = {name: np.asarray(value)[None] for name, value in inputs.items()}
    return models.paint(batch, shift)[0]


def error(response, status):
    assert response.status_code == status, response.text
    assert set(response.json()) == {"error"}
    return response.json()["error"]


@pytest.mark.slow
class TestServed:
    @pytest.mark.parametrize("content", [GREY, COLORED], ids=["grey", "colored"])
    def test_a_label_png_becomes_a_picture(self, browser, content):
        page = browser()
        for response in (
            page.post("/api/synthesize", content=content, headers=PNG),
            page.post("/api/synthesize", files={"labels": ("a.png", content)}),
        ):
            np.testing.assert_array_equal(image(response), painted(SHIFT_OF_2))

    def test_seeds_styles_and_instances_arrive(self, browser):
        page = browser(STYLED)
        as_body = page.post("/api/synthesize?seed=7", content=GREY, headers=PNG)
        np.testing.assert_array_equal(image(as_body), painted(instance_map=LABELS, seed=7))
        files = {"labels": GREY, "instances": INSTANCES}
        as_form = page.post("/api/synthesize", files=files, data={"seed": "7"})
        expected = painted(instance_map=LABELS + 300, seed=7)
        np.testing.assert_array_equal(image(as_form), expected)
        expected = painted(instance_map=LABELS, z=[1, 2, -7])
        for z in ("1,2,-7", "[1, 2.0, -7]"):
            in_query = page.post("/api/synthesize", params={"z": z}, content=GREY, headers=PNG)
            np.testing.assert_array_equal(image(in_query), expected)
            in_form = page.post("/api/synthesize", files={"labels": GREY}, data={"z": z})
            np.testing.assert_array_equal(image(in_form), expected)

    def test_styles_of_photographs(self, browser):
        page = browser(STYLED)
        photograph = png(np.full((40, 90, 3), 100, np.uint8))
        for response in (
            page.post("/api/style", content=photograph, headers=PNG),
            page.post("/api/style", files={"photograph": photograph}),
        ):
            assert response.status_code == 200, response.text
            assert response.json() == {"mean": [100, 101, 102], "log_variance": [0, -1, -2]}

    def test_the_model_is_described(self, browser, served):
        described = browser().get("/api/model").json()
        assert described["version"] == 2 and described["model_name"] == "tiny"
        assert ModelCard.from_json(json.dumps(described["card"])) == CARD
        assert described["signatures"]["serving_default"]["inputs"] == [
            {"name": "label_map", "dtype": "int32", "shape": [None, 8, 12], "doc": ""}
        ]

    def test_health_is_the_models(self, browser):
        assert browser().get("/healthz").json() == {"status": "SERVING"}

    def test_another_size_may_be_scaled(self, browser):
        doubled = png(LABELS.repeat(2, 0).repeat(2, 1).astype(np.uint8) % 4)
        page = browser()
        message = error(page.post("/api/synthesize", content=doubled, headers=PNG), 400)
        assert "the label map is 24x16 pixels; the model paints 12x8" in message
        response = page.post("/api/synthesize?resize=true", content=doubled, headers=PNG)
        expected = models.paint({"label_map": LABELS[None] % 4}, SHIFT_OF_2)[0]
        np.testing.assert_array_equal(image(response), expected)

    def test_refusals_of_the_server_keep_their_meaning(self, browser, served):
        unknown = TestClient(create_app(Client(served.address, "nope"), CARD))
        message = error(unknown.post("/api/synthesize", content=GREY, headers=PNG), 404)
        assert message == "Servable not found for request: Latest(nope)"
        assert served.address not in message
        slow = TestClient(create_app(Client(served.address, "slow", timeout_s=0.5), CARD))
        error(slow.post("/api/synthesize", content=GREY, headers=PNG), 504)

    def test_the_command_serves(self, served, tmp_path):
        (tmp_path / "index.html").write_text("<p>painter")
        port = free_port()
        command = [sys.executable, "-m", "serving.gateway", f"--server={served.address}"]
        command += ["--model_name=tiny", f"--model_card={served.card_file('tiny')}"]
        command += [f"--port={port}", f"--static={tmp_path}"]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
        try:
            address = f"http://127.0.0.1:{port}"
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/healthz").close()
                    break
                except urllib.error.URLError:
                    time.sleep(0.05)
            request = urllib.request.Request(f"{address}/api/synthesize", GREY, PNG)
            with urllib.request.urlopen(request) as response:
                found = np.asarray(Image.open(io.BytesIO(response.read())))
            np.testing.assert_array_equal(found, painted(SHIFT_OF_2))
            with urllib.request.urlopen(address) as response:
                assert response.read() == b"<p>painter"
        finally:
            process.terminate()
            _, log = process.communicate(timeout=60)
        assert b"Application shutdown complete" in log


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "the label map is no PNG"),
        (GREY[:60], "cannot be decoded"),
        (png(np.array([[77]], np.uint8)), r"file ids of no label: 77 (1 pixels)"),
        (png(np.array([[[1, 2, 3]]], np.uint8)), "colours of no label: #010203"),
    ],
    ids=["empty", "cut", "unknown id", "unknown color"],
)
def test_bad_label_maps_are_400_before_the_server_is_asked(content, message):
    assert message in error(away().post("/api/synthesize", content=content, headers=PNG), 400)


@pytest.mark.parametrize(
    "form, message",
    [
        ({"data": {"labels": "text"}, "files": {"x": b""}}, "unknown field 'x'"),
        ({"files": {"instances": INSTANCES}}, "the form has no file 'labels'"),
        ({"files": {"labels": GREY}, "data": {"seed": "-1"}}, "seed is '-1'"),
        ({"files": {"labels": GREY}, "data": {"seed": "9" * 99}}, "expected a whole number"),
        ({"files": {"labels": GREY}, "data": {"z": "1,x"}}, "z is '1,x'; expected numbers"),
        ({"files": {"labels": GREY}, "data": {"z": "1e999"}}, "expected numbers"),
        ({"files": {"labels": GREY}, "data": {"z": "[" * 5000}}, "expected numbers"),
        ({"files": {"labels": GREY, "seed": b"1"}}, "seed is a file"),
    ],
)
def test_bad_forms_are_400(form, message):
    assert message in error(away().post("/api/synthesize", **form), 400)


def test_bad_parameters_are_400():
    response = away().post("/api/synthesize?seed=x", content=GREY, headers=PNG)
    assert "query.seed" in error(response, 400)


def test_bodies_are_bounded_whether_their_length_is_told_or_not():
    page = away(max_body_bytes=1000)
    for content in (bytes(1001), iter([bytes(600), bytes(600)])):
        message = error(page.post("/api/synthesize", content=content, headers=PNG), 413)
        assert message == "the body is too large; expected at most 1000 bytes"
    form = page.post("/api/synthesize", files={"labels": bytes(2000)})
    error(form, 413)
    lying = page.post("/api/synthesize", content=b"", headers={**PNG, "Content-Length": "x"})
    error(lying, 413)
    # 1000 bytes are read, and are no PNG
    error(page.post("/api/synthesize", content=bytes(1000), headers=PNG), 400)


def test_pictures_are_bounded():
    page = away(max_pixels=95)
    assert "claims 12x8 pixels" in error(
        page.post("/api/synthesize", content=GREY, headers=PNG), 400
    )


def test_a_server_that_is_away_is_503():
    page = away(STYLED)
    for response in (
        page.post("/api/synthesize", content=GREY, headers=PNG),
        page.post("/api/style", content=GREY, headers=PNG),
        page.get("/api/model"),
        page.get("/healthz"),
    ):
        error(response, 503)


def test_unknown_paths_and_methods():
    error(away().get("/nope"), 404)
    error(away().get("/api/synthesize"), 405)


def test_pages_of_other_origins_are_let_in_only_if_named():
    headers = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    closed = away().options("/api/synthesize", headers=headers)
    assert "access-control-allow-origin" not in closed.headers
    page = away(origins=["https://a.example"])
    allowed = page.options("/api/synthesize", headers=headers)
    assert allowed.headers["access-control-allow-origin"] == "https://a.example"
    other = page.options("/api/synthesize", headers={**headers, "Origin": "https://b.example"})
    assert "access-control-allow-origin" not in other.headers


def test_openapi_tells_of_bodies_and_answers():
    described = away().get("/openapi.json").json()["paths"]
    assert set(described) == {"/healthz", "/api/model", "/api/synthesize", "/api/style"}
    paint = described["/api/synthesize"]["post"]
    assert set(paint["requestBody"]["content"]) == {"image/png", "multipart/form-data"}
    assert set(paint["responses"]["200"]["content"]) == {"image/png"}
    assert {parameter["name"] for parameter in paint["parameters"]} == {"seed", "z", "resize"}
    assert "503" in paint["responses"]


# As TensorFlow Serving's REST API has them.
STATUSES = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}


@pytest.mark.parametrize("code", [c for c in grpc.StatusCode if c != grpc.StatusCode.OK])
def test_every_code_has_a_status(code):
    class Refusing:
        def status(self):
            raise ServingError("secret:1", code, "the reason")

    page = TestClient(create_app(Refusing(), CARD))
    assert error(page.get("/healthz"), STATUSES[code.name]) == "the reason"


def test_no_available_version_is_503():
    class Loading:
        def status(self):
            return []

    page = TestClient(create_app(Loading(), CARD))
    assert "no version" in error(page.get("/healthz"), 503)


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--model_name=x"], "give --model_card=FILE"),
        (["--model_name=x", "--model_card=none"], "none does not exist"),
    ],
)
def test_bad_command_lines_are_one_line(flags, message):
    result = run_serving("gateway", *flags)
    assert result.returncode == 1
    assert message in result.stderr and result.stderr.count("\n") == 1
