import json

import numpy as np
import pytest
from PIL import Image

from spade_tf.data.labels import palette
from spade_tf.data.listing import Example
from spade_tf.errors import UserError
from spade_tf.evaluation.pages.results import evenly_spread, find_images, write_results_page
from tests.data.small_sets import custom_set, make_maps, write_png
from tests.evaluation.pages.example_pages import data_of


@pytest.fixture
def config(tmp_path):
    return custom_set(tmp_path / "data", train=1, val=3, data__has_instances=False)


@pytest.fixture
def method(tmp_path):
    """A folder as spade_tf.synthesize writes it: images, and what is beside them."""
    folder = tmp_path / "method"
    for i in range(3):
        write_png(folder / f"scene_{i}.png", np.full((32, 32, 3), 50 * i, np.uint8))
        write_png(folder / "layouts" / f"scene_{i}.png", np.zeros((32, 32, 3), np.uint8))
    write_png(folder / "sheet.png", np.zeros((9, 9, 3), np.uint8))
    return folder


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), int)


def test_layouts_photographs_and_images_side_by_side(tmp_path, config, method):
    output = tmp_path / "page"
    assert write_results_page(config, {"A": method, "B": method}, output) == 3
    data = data_of(output)
    assert data["title"] == "Results on custom"
    assert data["columns"] == ["Layout", "Photograph", "A", "B"]
    assert data["metrics"] == [] and data["marked"] is None and data["aspect"] == 1
    example = data["examples"][2]
    assert example["name"] == "scene_2"
    maps = make_maps(102, 40, 48)
    label_map = maps["label_map"][4:36, 8:40]  # the middle 32x32 of 40x48
    layout, photograph, first, second = (output / paths[0] for paths in example["pictures"])
    np.testing.assert_array_equal(pixels(layout), palette(config)[label_map])
    close = np.abs(pixels(photograph) - maps["image"][4:36, 8:40])
    assert np.median(close) <= 10  # a JPEG of noise
    for path in (first, second):
        np.testing.assert_allclose(pixels(path), 100, atol=2)
    share = (label_map == example["shares"][0][0]).mean()
    assert example["shares"][0][1] == round(float(share), 4)


def test_metrics_and_a_limit(tmp_path, config, method):
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"metric": "fid", "value": 7.5, "higher_is_better": False}))
    output = tmp_path / "page"
    (method / "scene_1.png").unlink()  # not needed for two examples of three
    values = {"metrics": {"B": file}, "title": "Ours", "limit": 2}
    assert write_results_page(config, {"A": method, "B": method}, output, **values) == 2
    data = data_of(output)
    assert data["title"] == "Ours" and data["methods"] == ["A", "B"]
    assert data["metrics"][0]["values"] == [None, 7.5]
    assert [example["name"] for example in data["examples"]] == ["scene_0", "scene_2"]


def test_without_photographs(tmp_path, config, method):
    for path in (tmp_path / "data" / "val_img").iterdir():
        path.unlink()
    (tmp_path / "data" / "val_img").rmdir()
    write_results_page(config, {"A": method}, tmp_path / "page")
    assert data_of(tmp_path / "page")["columns"] == ["Layout", "A"]


def test_missing_images_are_named_before_anything_is_written(tmp_path, config, method):
    (method / "scene_1.png").unlink()
    with pytest.raises(UserError, match="no image of A for scene_1; expected scene_1.png"):
        write_results_page(config, {"A": method}, tmp_path / "page")
    with pytest.raises(UserError, match="no such folder"):
        write_results_page(config, {"A": tmp_path / "nowhere"}, tmp_path / "page")
    with pytest.raises(UserError, match="--metrics=C=...: the methods are A"):
        metrics = {"C": tmp_path / "c.json"}
        write_results_page(config, {"A": method}, tmp_path / "page", metrics=metrics)
    assert not (tmp_path / "page").exists()


def test_a_damaged_image_leaves_no_page(tmp_path, config, method):
    write_results_page(config, {"A": method}, tmp_path / "page")
    (method / "scene_2.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match="scene_2.png"):
        write_results_page(config, {"A": method}, tmp_path / "page")
    assert not (tmp_path / "page" / "index.html").exists()


def test_images_named_after_the_label_map(tmp_path):
    """As in Cityscapes, where the label map of bern/bern_1 is bern/bern_1_gtFine_labelIds.png."""
    write_png(tmp_path / "bern" / "bern_1_gtFine_labelIds.png", np.zeros((2, 2), np.uint8))
    write_png(tmp_path / "bern" / "bern_2.png", np.zeros((2, 2), np.uint8))
    examples = [
        Example(f"bern/bern_{i}", f"/data/gtFine/val/bern/bern_{i}_gtFine_labelIds.png")
        for i in (1, 2)
    ]
    found = find_images("A", tmp_path, examples)
    assert found == [str(tmp_path / "bern" / f"bern_{n}.png") for n in ("1_gtFine_labelIds", "2")]


def test_evenly_spread():
    assert evenly_spread(5, 0) == evenly_spread(5, 9) == [0, 1, 2, 3, 4]
    assert evenly_spread(5, 3) == [0, 2, 4]
    assert evenly_spread(5, 1) == [0]
