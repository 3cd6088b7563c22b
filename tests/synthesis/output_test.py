"""What painting writes, with a generator that paints every label in a grey of its own."""

import html.parser
import urllib.parse

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from spade_tf.errors import UserError
from spade_tf.pictures import GAP, TITLE_HEIGHT
from spade_tf.synthesis import Request, Synthesizer, find_requests, synthesize
from spade_tf.synthesis.output import evenly_spread
from tests.data.small_sets import write_png
from tests.tiny_config import tiny_config


def grey_of_labels(inputs, training):
    grey = tf.cast(inputs["label_map"], tf.float32) * 0.4 - 1  # label k: byte 51 k
    if "z" in inputs:
        grey += inputs["z"][:, :1, tf.newaxis]
    return tf.repeat(grey[..., tf.newaxis], 3, axis=-1)


MODEL = Synthesizer(tiny_config(), grey_of_labels, None)


def label_maps(folder, names, size=32):
    """Map k is label k % 5 everywhere."""
    for k, name in enumerate(names):
        write_png(folder / f"{name}.png", np.full((size, size), k % 5, np.uint8))
    return find_requests(str(folder), None)


def pixel(path):
    return Image.open(path).convert("RGB").getpixel((3, 3))


def files_below(folder):
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


class Sources(html.parser.HTMLParser):
    """The pictures of a page, as paths."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page.read_text())

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.found.append(urllib.parse.unquote(dict(attributes)["src"]))


def test_one_image_for_each_label_map(tmp_path):
    names = [f"map_{k}" for k in range(10)]  # more than a batch
    out = tmp_path / "deep" / "out"
    written = synthesize(MODEL, label_maps(tmp_path / "in", names), out, None)
    assert written == [out / f"{name}.png" for name in names]
    assert files_below(out) == {
        "sheet.png",
        "index.html",
        *(f"{name}.png" for name in names),
        *(f"layouts/{name}.png" for name in names),
    }
    for k, path in enumerate(written):
        assert Image.open(path).size == (32, 32)
        assert pixel(path) == (51 * (k % 5),) * 3
    assert pixel(out / "layouts" / "map_0.png") == pixel(out / "layouts" / "map_5.png")
    assert len({pixel(out / "layouts" / f"{name}.png") for name in names}) == 5


def test_samples_are_numbered_and_have_a_style_each(tmp_path):
    styles = np.array([[0.0], [0.4], [0.8]])
    written = synthesize(MODEL, label_maps(tmp_path / "in", ["a", "b"]), tmp_path / "out", styles)
    greys = {path.name: pixel(path)[0] for path in written}
    assert greys == {
        "a_0.png": 0,
        "a_1.png": 51,
        "a_2.png": 102,
        "b_0.png": 51,
        "b_1.png": 102,
        "b_2.png": 153,
    }


@pytest.mark.parametrize("styles", [None, np.zeros((2, 1))])
def test_the_page_shows_every_picture(tmp_path, styles):
    requests = label_maps(tmp_path / "in", ["plain", "a b", "100% #1?", "<i>&'\"", "sub/dir/é"])
    out = tmp_path / "out"
    synthesize(MODEL, requests, out, styles)
    shown = Sources(out / "index.html").found
    assert len(shown) == len(set(shown)) == 5 * (2 if styles is None else 3)
    assert {*shown, "sheet.png", "index.html"} == files_below(out)


def test_sub_folders_are_kept(tmp_path):
    written = synthesize(MODEL, label_maps(tmp_path / "in", ["x/a", "y/a"]), tmp_path / "out", None)
    assert [str(p.relative_to(tmp_path / "out")) for p in written] == ["x/a.png", "y/a.png"]
    assert pixel(written[0]) != pixel(written[1])


def test_the_sheet_shows_layouts_beside_images(tmp_path):
    out = tmp_path / "out"
    requests = label_maps(tmp_path / "in", ["a", "b", "c"])
    synthesize(MODEL, requests, out, None)
    sheet = np.asarray(Image.open(out / "sheet.png"))
    layouts = [pixel(out / "layouts" / f"{name}.png") for name in "abc"]
    row = [tuple(sheet[TITLE_HEIGHT + GAP, GAP + 36 * k]) for k in range(7)]
    assert row == [
        *(layouts[0], (0, 0, 0), layouts[1], (51,) * 3, layouts[2], (102,) * 3),
        (255, 255, 255),
    ]


def test_the_sheet_of_many_shows_some(tmp_path):
    out = tmp_path / "out"
    requests = label_maps(tmp_path / "in", [f"map_{k}" for k in range(60)])
    synthesize(MODEL, requests, out, np.zeros((12, 1)))
    sheet = np.asarray(Image.open(out / "sheet.png"))
    example = 9 * (32 + GAP)  # the layout and 8 of the 12 samples
    assert sheet.shape[1] == 4 * example
    row = sheet[TITLE_HEIGHT + GAP + 5 * 36]  # the last of 24 examples in rows of four
    assert (row[: 4 * example : 36] == 255).all() and (row[GAP::36] != 255).any(axis=-1).all()
    assert sheet.shape[0] - TITLE_HEIGHT - 6 * 36 < 36  # then the legend
    assert len(Sources(out / "index.html").found) == 60 * 13  # the page has them all


def test_evenly_spread():
    assert evenly_spread(range(10), 4) == [0, 3, 6, 9]
    assert evenly_spread(range(3), 4) == [0, 1, 2]


@pytest.mark.parametrize("fault", ["wrong id", "truncated", "16-bit"])
def test_one_bad_label_map_and_nothing_is_written(tmp_path, fault):
    requests = label_maps(tmp_path / "in", [f"map_{k}" for k in range(10)])
    bad = tmp_path / "in" / "map_9.png"  # the last
    if fault == "wrong id":
        write_png(bad, np.full((32, 32), 77, np.uint8))
    elif fault == "16-bit":
        write_png(bad, np.zeros((32, 32), np.uint16))
    else:
        write_png(bad, np.random.default_rng(0).integers(0, 5, (32, 32)).astype(np.uint8))
        bad.write_bytes(bad.read_bytes()[:200])
    with pytest.raises(UserError) as error:
        synthesize(MODEL, requests, tmp_path / "out", None)
    assert str(bad) in str(error.value)
    assert not (tmp_path / "out").exists()


def test_label_maps_are_never_painted_over(tmp_path):
    folder = tmp_path / "in"
    requests = label_maps(folder, ["a"])
    before = (folder / "a.png").read_bytes()
    (tmp_path / "link").symlink_to(folder)
    for output in (folder, tmp_path / "link"):
        with pytest.raises(UserError, match="a.png would be written over; give another folder"):
            synthesize(MODEL, requests, output, None)
    synthesize(MODEL, requests, folder, np.zeros((2, 1)))  # a_0.png and a_1.png are free
    assert (folder / "a.png").read_bytes() == before


def test_instance_maps_are_never_painted_over(tmp_path):
    label_maps(tmp_path / "in", ["a"])
    label_maps(tmp_path / "instances", ["a"])
    requests = find_requests(str(tmp_path / "in"), str(tmp_path / "instances"))
    with pytest.raises(UserError, match="instances/a.png would be written over"):
        synthesize(MODEL, requests, tmp_path / "instances", None)


@pytest.mark.parametrize(("names", "of"), [(["sheet"], "the sheet"), (["a", "layouts/a"], "a.png")])
def test_two_files_of_one_name_are_refused(tmp_path, names, of):
    requests = label_maps(tmp_path / "in", names)
    with pytest.raises(UserError, match=f"which is the place of .*{of}; rename the label map"):
        synthesize(MODEL, requests, tmp_path / "out", None)
    assert not (tmp_path / "out").exists()


def test_painting_again_replaces(tmp_path):
    out = tmp_path / "out"
    request = [Request("a", write_png(tmp_path / "a.png", np.zeros((32, 32), np.uint8)))]
    synthesize(MODEL, request, out, None)
    write_png(tmp_path / "a.png", np.full((32, 32), 3, np.uint8))
    synthesize(MODEL, request, out, None)
    assert pixel(out / "a.png") == (153, 153, 153)
    assert len(files_below(out)) == 4
