"""Label maps, pictures and models from and to files; what is wrong is said, and drawing goes on."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from tests.serving.free_port import free_port
from tests.serving.painter.exact_models import CARD, INSTANCES, paint
from tests.serving.painter.painter_page import PainterPage, png_file

FILE_IDS = np.array([1, 2, 3, 4, 255], np.uint8)  # of the labels 0..4


@pytest.fixture
def painter(page):
    return PainterPage(page, CARD)


def stripes() -> np.ndarray:
    """Every label, in columns of unequal width."""
    return np.repeat([[0, 1, 2, 3, 4]], 48, axis=0).repeat([20, 4, 30, 1, 9], axis=1)


def grey(labels: np.ndarray) -> Image.Image:
    return Image.fromarray(FILE_IDS[labels])


def draws(painter: PainterPage) -> None:
    """The painter still works: a stroke becomes labels, and these a picture."""
    painter.click("tool-brush")
    label = painter.choose_class("sea")
    painter.drag((20, 40), (44, 40))
    assert (painter.labels()[40, 20:44] == label).all()
    painter.wait_for_picture()


def test_layouts_are_opened_saved_and_opened_again(painter):
    painter.give("load", png_file("stripes.png", grey(stripes())))
    painter.wait_for_picture()
    assert (painter.labels() == stripes()).all()

    saved = painter.save("save-labels")
    image = Image.open(io.BytesIO(saved))
    assert image.mode == "L"
    assert (np.asarray(image) == FILE_IDS[stripes()]).all()

    colored = painter.save("save-labels-palette")
    image = Image.open(io.BytesIO(colored))
    assert image.mode == "P"
    assert (np.asarray(image) == FILE_IDS[stripes()]).all()
    colors = np.array([label.color for label in CARD.labels])
    assert (np.asarray(image.convert("RGB")) == colors[stripes()]).all()

    for content in (saved, colored):
        painter.click("clear")
        assert (painter.labels() == CARD.dont_care).all()
        painter.give("load", {"name": "again.png", "mimeType": "image/png", "buffer": content})
        painter.wait_for_picture()
        assert (painter.labels() == stripes()).all()


def test_the_picture_is_saved(painter):
    painter.give("load", png_file("stripes.png", grey(stripes())))
    painter.wait_for_picture()
    saved = Image.open(io.BytesIO(painter.save("save-picture"))).convert("RGB")
    assert (np.asarray(saved) == paint(CARD, stripes(), np.zeros(3, np.float32))).all()


def test_layouts_of_another_size_are_scaled_without_blending(painter):
    large = stripes().repeat(3, axis=0).repeat(3, axis=1)
    painter.give("load", png_file("large.png", grey(large)))
    assert "192x144" in painter.message()
    assert (painter.labels() == stripes()).all()
    painter.wait_for_picture()


def test_the_layout_is_there_after_a_reload(painter):
    painter.give("load", png_file("stripes.png", grey(stripes())))
    painter.wait_for_picture()
    painter.page.wait_for_function("() => localStorage.length > 0")
    painter.page.reload()
    painter.get("latency").filter(has_text="ms").wait_for()
    painter.wait_for_picture()
    assert (painter.labels() == stripes()).all()


def many_pixels() -> bytes:
    """A small PNG whose header claims 50 megapixels."""
    content = bytearray(png_file("", Image.new("L", (1, 1)))["buffer"])
    content[16:24] = struct.pack(">II", 10_000, 5_000)
    return bytes(content)


def palette_photo() -> bytes:
    noise = np.random.default_rng(1).integers(0, 256, (30, 30, 3), np.uint8)
    return png_file("", Image.fromarray(noise).convert("P", palette=Image.Palette.ADAPTIVE))[
        "buffer"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            png_file("", Image.fromarray(np.full((48, 64), 9, np.uint8)))["buffer"],
            "9 (3072 pixels)",
        ),
        (png_file("", Image.new("RGB", (64, 48), (1, 2, 3)))["buffer"], "#010203"),
        (palette_photo(), "no single label"),
        (many_pixels(), "10000x5000 pixels (50 megapixels)"),
        (b"a text that is long enough for a PNG's header", "is not a PNG"),
        (png_file("", grey(stripes()))["buffer"][:-30], "damaged or cut short"),
        (b"", "is not a PNG"),
    ],
    ids=["ids", "colours", "palette photo", "50 megapixels", "text", "cut", "empty"],
)
def test_what_is_no_layout_is_refused(painter, content, said):
    painter.give("load", {"name": "wrong.png", "mimeType": "image/png", "buffer": content})
    message = painter.message()
    assert "wrong.png" in message
    assert said in message
    assert (painter.labels() == CARD.dont_care).all()
    draws(painter)


def test_a_layout_can_be_dropped(painter):
    painter.drop(png_file("stripes.png", grey(stripes())))
    painter.wait_for_picture()
    assert (painter.labels() == stripes()).all()


def model_file(models, name: str) -> dict:
    content = (models / name).read_bytes()
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def test_a_model_can_be_dropped(painter, models):
    draws(painter)
    layout = painter.labels()
    painter.drop(*(model_file(models, f"instances.{end}") for end in ("tflite", "json")))
    painter.get("model-picker").filter(has_text="instances").wait_for()
    painter.card = INSTANCES
    painter.wait_for_picture()
    assert (painter.labels() == layout).all()  # the classes are the same
    assert not painter.get("style-random").is_visible()


def bad(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["exact.tflite"], "JSON"),
        (["exact.json"], "no model"),
        (["exact.tflite", "broken.json"], "broken.json"),
        (["exact.tflite", "list.json"], "list.json"),
        (["notes.tflite", "notes.json"], "notes.tflite"),
    ],
    ids=["without JSON", "without model", "broken JSON", "other JSON", "not a model"],
)
def test_what_is_no_model_is_refused(painter, models, new_page, names, said):
    new_page.expected.append("")  # what LiteRT says of such files, it says on the console
    made = {
        "broken.json": bad("broken.json", b'{"name": '),
        "list.json": bad("list.json", b"[1, 2]"),
        "notes.tflite": bad("notes.tflite", b"dear diary, this is no model" * 20),
        "notes.json": bad(
            "notes.json",
            (models / "exact.json").read_bytes().replace(b"exact.tflite", b"notes.tflite"),
        ),
    }
    painter.drop(*(made.get(name) or model_file(models, name) for name in names))
    assert said in painter.message()
    draws(painter)


def test_a_server_that_is_away_is_said_and_the_model_stays(painter, new_page):
    new_page.expected.append("ERR_CONNECTION_REFUSED")
    painter.click("model-picker")
    address = f"127.0.0.1:{free_port()}"
    painter.get("server-url").fill(f"http://{address}")
    painter.click("server-connect")
    assert address in painter.message()
    draws(painter)


def test_models_are_chosen_from_the_list_and_described(painter):
    painter.click("model-picker")
    facts = painter.get("model-facts")
    assert "Apache-2.0" in facts.inner_text()
    assert "wasm" in facts.inner_text()
    painter.get("model-list").get_by_role("button", name="instances").click()
    painter.get("model-picker").filter(has_text="instances").wait_for()
    painter.card = INSTANCES
    painter.wait_for_picture()
