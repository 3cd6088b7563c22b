import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from serving import photographs
from spade_tf.errors import UserError


def encoded(pixels, kind="png", **options):
    stream = io.BytesIO()
    Image.fromarray(np.array(pixels, np.uint8)).save(stream, kind, **options)
    return stream.getvalue()


def test_the_centre_is_cut_out():
    # 2x6 pixels to 2x2: columns 2 and 3 remain
    pixels = np.zeros((2, 6, 3), np.uint8)
    pixels[..., 0] = np.arange(6) * 10
    image = photographs.read_photograph(encoded(pixels), "p.png", (2, 2))
    np.testing.assert_array_equal(image, pixels[:, 2:4], strict=True)


def test_sizes_are_height_and_width():
    image = photographs.read_photograph(encoded(np.zeros((50, 40, 3))), "p.png", (4, 6))
    assert image.shape == (4, 6, 3)


def test_grey_and_transparent_pictures_become_rgb():
    for pixels in (np.full((4, 4), 9), np.full((4, 4, 4), 9)):
        image = photographs.read_photograph(encoded(pixels), "p.png", (4, 4))
        assert (image == 9).all() and image.shape == (4, 4, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_turned_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = np.random.default_rng(0).integers(0, 256, (3, 3, 3), np.uint8)
    image = photographs.read_photograph(encoded(pixels, exif=exif), "p.png", (3, 3))
    with Image.open(io.BytesIO(encoded(pixels, exif=exif))) as file:
        np.testing.assert_array_equal(image, np.asarray(ImageOps.exif_transpose(file)))
    assert np.array_equal(image, pixels) == (orientation == 1)


@pytest.mark.parametrize(
    "content", [b"", b"text", encoded(np.zeros((9, 9, 3)))[:45]], ids=["empty", "text", "cut"]
)
def test_damaged_files_are_refused(content):
    with pytest.raises(UserError, match=r"^p.jpg cannot be decoded \(.*\); expected a JPEG, PNG"):
        photographs.read_photograph(content, "p.jpg", (2, 2))


@pytest.mark.filterwarnings("ignore:.*(data|Data|Read|DATA).*:UserWarning")
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_damaged_photographs_never_raise_anything_else():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "description"
    generator = np.random.default_rng(0)
    content = encoded(generator.integers(0, 256, (16, 24, 3)), "jpeg", exif=exif)
    outcomes = set()
    for _ in range(1000):
        damaged = bytearray(content)
        for place in generator.integers(0, 200, 4):
            damaged[place] = generator.integers(256)
        try:
            outcomes.add(photographs.read_photograph(bytes(damaged), "p.jpg", (4, 4)).shape)
        except UserError:
            outcomes.add("refused")
    assert outcomes == {(4, 4, 3), "refused"}


def test_too_many_pixels_are_not_decoded():
    with pytest.raises(UserError, match="p.png has 3x2 pixels; expected at most 5"):
        photographs.read_photograph(encoded(np.zeros((2, 3, 3))), "p.png", (2, 2), max_pixels=5)
