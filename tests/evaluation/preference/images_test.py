import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.images import to_png


def test_only_the_pixels_are_sent(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (5, 7, 3)).astype(np.uint8)
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "method A")
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path, pnginfo=text, dpi=(123, 123))
    sent = to_png(path)
    assert b"method A" in path.read_bytes() and b"pHYs" in path.read_bytes()
    assert b"method A" not in sent and b"pHYs" not in sent
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(sent))), pixels)


def test_other_kinds_of_files_become_png(tmp_path):
    Image.new("L", (4, 4), 9).save(tmp_path / "a.jpg")
    picture = Image.open(io.BytesIO(to_png(tmp_path / "a.jpg")))
    assert (picture.format, picture.mode, picture.getpixel((0, 0))) == ("PNG", "RGB", (9, 9, 9))


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with pytest.raises(UserError, match="cannot read the image .*a.png"):
        to_png(tmp_path / "a.png")
