import dataclasses
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from serving import label_files
from spade_tf.errors import UserError
from spade_tf.export.contract import Label
from tests.serving.models import CARD

SKY, SEA = (70, 130, 180), (0, 60, 120)


def png(pixels, mode=None, **options):
    stream = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(np.array(pixels, mode))
    image.save(stream, "png", **options)
    return stream.getvalue()


def grey(ids):
    return png(ids, np.uint8)


def palette_png(indices, colors, **options):
    image = Image.new("P", (len(indices[0]), len(indices)))
    image.putdata(np.array(indices).ravel().tolist())
    image.putpalette([value for color in colors for value in color])
    return png(image, **options)


def read(content, card=CARD):
    return label_files.read_label_map(content, "labels.png", card)


def test_grey_ids_are_looked_up_in_the_card():
    # file id 255 is the don't-care label, 4
    label_map = read(grey([[0, 3], [255, 1]]))
    assert label_map.tolist() == [[0, 3], [4, 1]]
    assert label_map.dtype == np.int32


def test_grey_levels_are_labels_without_a_card():
    assert read(grey([[0, 3], [255, 1]]), None).tolist() == [[0, 3], [255, 1]]


def test_ids_of_no_label_are_listed_with_their_pixels():
    with pytest.raises(
        UserError,
        match=r"labels.png holds file ids of no label: 9 \(2 pixels\), 7 \(1 pixels\); "
        r"model 'tiny' knows 0..4, 255",
    ):
        read(grey([[7, 9], [9, 0]]))


def test_colors_are_those_of_the_labels():
    pixels = np.array([[SKY, SEA], [(0, 0, 0), SKY]], np.uint8)
    opaque = np.dstack([pixels, np.full((2, 2), 255, np.uint8)])
    for content in (png(pixels), png(opaque), palette_png([[5, 2], [0, 5]], palette())):
        assert read(content).tolist() == [[0, 1], [4, 0]]


def palette():
    """Colours in an order of their own: a palette's indices say nothing."""
    return [(0, 0, 0), (9, 9, 9), SEA, (1, 1, 1), (2, 2, 2), SKY]


def test_palettes_of_few_bits_are_read():
    image = Image.new("P", (2, 1))
    image.putpalette([*SKY, *SEA])
    image.putdata([0, 1])
    content = png(image, bits=1)
    assert label_files.read_header(content, "x").bit_depth == 1
    assert read(content).tolist() == [[0, 1]]


def test_unknown_colors_are_listed_with_their_pixels():
    pixels = np.array([[(1, 2, 3), (1, 2, 3)], [SKY, (255, 0, 0)]], np.uint8)
    with pytest.raises(
        UserError, match=r"colours of no label: #010203 \(2 pixels\), #ff0000 \(1 pixels\); paint"
    ):
        read(png(pixels))


def test_many_unknown_colors_are_cut():
    pixels = np.zeros((1, 10, 3), np.uint8)
    pixels[0, :, 0] = range(100, 110)
    with pytest.raises(UserError, match=r"#6b0000 \(1 pixels\) and 2 more; paint"):
        read(png(pixels))


def test_a_color_of_two_labels_is_refused():
    labels = (*CARD.labels[:-1], Label(4, "haze", SKY))
    with pytest.raises(UserError, match=r"several labels share: #4682b4 \(1 pixels\)"):
        read(png([[SKY]], np.uint8), dataclasses.replace(CARD, labels=labels))


@pytest.mark.parametrize(
    "content",
    [png([[SKY]], np.uint8), palette_png([[0]], [SKY])],
    ids=["rgb", "palette"],
)
def test_colors_need_a_card(content):
    with pytest.raises(UserError, match="whose colours only a model card .* --model_card=FILE"):
        read(content, None)


def test_alpha_must_be_opaque():
    half = np.array([[(*SKY, 255), (*SEA, 128)]], np.uint8)
    with pytest.raises(UserError, match="labels.png has 1 transparent pixels"):
        read(png(half))
    grey_alpha = Image.merge("LA", [Image.new("L", (2, 1), 3), Image.new("L", (2, 1), 255)])
    assert read(png(grey_alpha)).tolist() == [[3, 3]]


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "is no PNG"),
        (b"\x89PNG\r\n\x1a\n", "is no PNG"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "is no PNG"),
        (png(np.array([[1000]], np.uint16)), "is a 16-bit grey PNG; expected an 8-bit grey"),
        (png(Image.new("1", (2, 2))), "is a 1-bit grey PNG; expected an 8-bit grey"),
    ],
    ids=["empty", "signature", "jpeg", "16 bits", "1 bit"],
)
def test_other_files_are_refused(content, message):
    with pytest.raises(UserError, match=message):
        read(content)


def test_every_cut_file_is_refused():
    content = grey(np.arange(64).reshape(8, 8) % 5)
    end = content.index(b"IEND")
    for length in range(0, end - 8, 5):
        with pytest.raises(UserError, match="is no PNG|cannot be decoded|claims"):
            read(content[:length])


def test_bombs_are_not_decoded():
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunk = (
        struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    )
    with pytest.raises(UserError, match=r"claims 60000x60000 pixels; expected 1 to"):
        read(b"\x89PNG\r\n\x1a\n" + chunk)
    with pytest.raises(UserError, match="claims 2x2 pixels; expected 1 to 3"):
        label_files.read_label_map(grey([[0, 0], [0, 0]]), "x", CARD, max_pixels=3)


@pytest.mark.parametrize("place", ["before the pixels", "after the pixels"])
def test_damaged_chunks_with_right_checksums_are_refused(place):
    content = grey([[0]])
    start = content.index(b"IDAT" if place == "before the pixels" else b"IEND") - 4
    chunk = b"cHRM" + b"abc"  # should be eight numbers of four bytes
    chunk = struct.pack(">I", 3) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises(UserError, match="cannot be decoded"):
        read(content[:start] + chunk + content[start:])


def test_damaged_pngs_never_raise_anything_else():
    content = bytearray(png(np.array([[SKY, SEA]] * 4, np.uint8)))
    generator = np.random.default_rng(0)
    outcomes = set()
    for _ in range(500):
        damaged = bytearray(content)
        for place in generator.integers(8, len(content), 3):
            damaged[place] = generator.integers(256)
        try:
            outcomes.add(read(bytes(damaged)).shape)
        except UserError:
            outcomes.add("refused")
    assert "refused" in outcomes


def test_instance_maps_have_8_or_16_bits():
    wide = label_files.read_instance_map(png(np.array([[0, 40_000]], np.uint16)), "i.png")
    assert wide.tolist() == [[0, 40_000]] and wide.dtype == np.int32
    assert label_files.read_instance_map(grey([[7]]), "i.png").tolist() == [[7]]
    with pytest.raises(UserError, match="i.png is a 8-bit RGB PNG; expected an 8- or 16-bit grey"):
        label_files.read_instance_map(png([[SKY]], np.uint8), "i.png")


def test_another_size_is_refused_unless_it_may_be_scaled():
    map_ = np.arange(8, dtype=np.int32).reshape(2, 4)
    assert label_files.fit(map_, (2, 4), "x.png", False) is map_
    with pytest.raises(UserError, match="x.png is 4x2 pixels; the model paints 2x1: .* --resize"):
        label_files.fit(map_, (1, 2), "x.png", False)
    # centres: row 0.5 * 2 = 1; columns 0.5 * 2 = 1 and 1.5 * 2 = 3
    assert label_files.fit(map_, (1, 2), "x.png", True).tolist() == [[5, 7]]
    assert label_files.fit(map_[:1, :2], (2, 4), "x.png", True).tolist() == [[0, 0, 1, 1]] * 2


def test_missing_files_are_named(tmp_path):
    with pytest.raises(UserError, match="cannot read .*none.png"):
        label_files.read_file(tmp_path / "none.png")
