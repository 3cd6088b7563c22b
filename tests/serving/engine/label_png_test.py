import numpy as np
import pytest

from serving.engine import label_png
from serving.engine.refusal import Refusal
from tests.serving.messages import png

GREY = png(np.zeros((2, 3), np.uint8))


def check(content, size=None, max_pixels=100):
    label_png.check(np.array([GREY, content], object), size, max_pixels)


def test_grey_passes():
    check(GREY)
    check(GREY, size=(2, 3))
    check(GREY, max_pixels=6)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "is no PNG file"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "is no PNG file"),
        (GREY[:20], "is no PNG file"),
        (GREY[:12] + b"XXXX" + GREY[16:], "is a damaged PNG file: it does not begin"),
        (png(np.zeros((2, 3, 3), np.uint8)), "is a 8-bit RGB PNG; expected 8-bit grey"),
        (png(np.zeros((2, 3), np.uint16)), "is a 16-bit grey PNG; expected 8-bit grey"),
        (png(np.zeros((2, 3), bool)), "is a 1-bit grey PNG; expected 8-bit grey"),
        (png(np.zeros((2, 3, 2), np.uint8)), "is a 8-bit grey and alpha PNG"),
        (GREY[:25] + b"\x03" + GREY[26:], "is a 8-bit palette PNG"),
        (GREY[:25] + b"\x09" + GREY[26:], "is a 8-bit colour type 9 PNG"),
        (GREY[:16] + b"\xff" * 8 + GREY[24:], "declares 4294967295x4294967295 pixels"),
        (GREY[:16] + bytes(8) + GREY[24:], "declares 0x0 pixels"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals(content, text):
    with pytest.raises(Refusal) as caught:
        check(content)
    assert caught.value.message.startswith(f"label_png_bytes[1] {text}")


def test_size_of_the_model():
    with pytest.raises(Refusal, match="is 3x2 pixels; the model paints 4x2"):
        check(GREY, size=(2, 4))
    with pytest.raises(Refusal, match="declares 3x2 pixels; expected 1 to 5"):
        check(GREY, max_pixels=5)
