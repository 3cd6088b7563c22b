"""Raw downloads of every data set, as tiny trees, become folders that their modules read."""

import json

import numpy as np
import pytest
from PIL import Image

from spade_tf.config import load_config
from spade_tf.data import raw, sources
from spade_tf.data.check import full_check
from spade_tf.data.files import read_instance_map, read_pixels
from spade_tf.data.raw.cityscapes_19 import train_ids
from spade_tf.data.raw.coco import paint_instances
from spade_tf.data.shards.prepare import Request, prepare
from spade_tf.errors import UserError
from tests.data.small_sets import facade_set, write_png

SIZE = (24, 32)
SPLITS = ("train", "val")


def ids(low: int, high: int) -> np.ndarray:
    return np.random.default_rng(0).integers(low, high, SIZE).astype(np.uint8)


def photograph(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", SIZE[::-1], (200, 100, 50)).save(path)


def coco(root):
    """The four archives, the label maps in a folder of their own."""
    square = [8, 4, 15, 4, 15, 11, 8, 11]
    for split in SPLITS:
        photograph(root / "images" / f"{split}2017" / "000000000009.jpg")
        write_png(root / "stuff" / f"{split}2017" / "000000000009.png", np.full(SIZE, 7, np.uint8))
        annotations = [
            {"image_id": 9, "segmentation": [square], "iscrowd": 0},
            {"image_id": 9, "segmentation": {"counts": [1, 2], "size": SIZE}, "iscrowd": 1},
            {"image_id": 9, "segmentation": [[20, 0, 31, 0, 31, 9], [1, 1]], "iscrowd": 0},
        ]
        images = [{"id": 9, "file_name": "000000000009.jpg"}]
        (root / "annotations").mkdir(exist_ok=True)
        (root / "annotations" / f"instances_{split}2017.json").write_text(
            json.dumps({"images": images, "annotations": annotations})
        )


def ade20k(root):
    for split in ("training", "validation"):
        photograph(root / "ADEChallengeData2016" / "images" / split / "ADE_1.jpg")
        sky = np.full(SIZE, 3, np.uint8)
        write_png(root / "ADEChallengeData2016" / "annotations" / split / "ADE_1.png", sky)


def cityscapes(root):
    for split in SPLITS:
        stem = f"{split}/ulm/ulm_000001_000019"
        write_png(root / "leftImg8bit" / f"{stem}_leftImg8bit.png", np.zeros((*SIZE, 3), np.uint8))
        write_png(root / "gtFine" / f"{stem}_gtFine_labelIds.png", ids(0, 34))
        write_png(root / "gtFine" / f"{stem}_gtFine_instanceIds.png", ids(0, 9).astype(np.uint16))


def facades(root):
    parts = (root / f"CMP_facade_DB_{part}" / part for part in ("base", "extended"))
    facade_set(*parts, *SIZE)


def camvid(root):
    for split in (*SPLITS, "test"):
        write_png(root / split / "0001TP_006690.png", np.zeros((*SIZE, 3), np.uint8))
        write_png(root / f"{split}annot" / "0001TP_006690.png", ids(0, 12))


def folders(root):
    for split in SPLITS:
        photograph(root / f"{split}_img" / "a.jpg")
        write_png(root / f"{split}_label" / "a.png", ids(0, 13))


# Data set: what is downloaded, and whether it has to be laid out anew.
DOWNLOADS = {
    "coco": (coco, True),
    "ade20k": (ade20k, False),
    "ade20k_outdoor": (ade20k, False),
    "cityscapes": (cityscapes, False),
    "facades": (facades, True),
    "camvid": (camvid, True),
    "flickr": (folders, False),
    "custom": (folders, False),
}


def config_of(dataset, root, **values):
    values = {key.replace("__", "."): value for key, value in values.items()}
    sizes = {"data.height": 64, "data.width": 64, "data.load_size": 70}
    return load_config(dataset, {"data.root": str(root), **sizes, **values})


@pytest.mark.parametrize("dataset", DOWNLOADS)
def test_a_download_becomes_shards(dataset, tmp_path):
    download, converts = DOWNLOADS[dataset]
    download(tmp_path / "raw")
    config = config_of(dataset, tmp_path / "raw")
    laid_out = raw.laid_out(config, tmp_path / "out" / "folder", SPLITS, 1, skip_bad=False)
    assert (laid_out != config) == converts
    assert not [report.problems for report in full_check(laid_out) if report.problems]
    manifest = prepare(Request(laid_out, tmp_path / "out"))
    for split in manifest.splits.values():
        assert (split.examples, split.has_images) == (1, True)
        assert split.has_instances == config.data.has_instances
    if converts:  # what is laid out stays so, and a second time gives the same
        again = raw.laid_out(config, tmp_path / "out" / "folder", SPLITS, 1, skip_bad=False)
        assert again == laid_out
        assert raw.laid_out(laid_out, tmp_path / "other", SPLITS, 1, skip_bad=False) == laid_out


def test_things_of_coco_are_painted_over_the_labels(tmp_path):
    coco(tmp_path / "raw")
    config = config_of("coco", tmp_path / "raw")
    laid_out = raw.laid_out(config, tmp_path / "folder", ["train"], 1, skip_bad=False)
    (example,) = sources.list_examples(laid_out, "train")
    instances = read_instance_map(example.instance)
    assert set(np.unique(instances)) == {7, 256, 257}, "a label, and two things; no crowd"
    assert (instances == 256).sum() == 64, "rows 4..11, columns 8..15"
    assert (instances[4:12, 8:16] == 256).all()


def test_things_that_overlap_keep_their_borders():
    both = [[[0, 0, 3, 0, 3, 3, 0, 3]], [[2, 2, 5, 2, 5, 5, 2, 5]]]
    painted = paint_instances(np.zeros((6, 6), np.uint8), both)
    assert painted.dtype == np.uint16
    assert painted[1].tolist() == [256, 256, 256, 256, 0, 0]
    assert painted[3].tolist() == [256, 256, 257, 257, 257, 257], "the later one is on top"


def test_a_download_of_coco_that_is_not_whole(tmp_path):
    coco(tmp_path / "raw")
    config = config_of("coco", tmp_path / "raw")
    label = tmp_path / "raw" / "stuff" / "train2017" / "000000000009.png"
    label.write_bytes(b"broken")
    with pytest.raises(UserError, match="1 bad label maps:\ncannot decode .*000000000009.png"):
        raw.laid_out(config, tmp_path / "out", ["train"], 1, skip_bad=False)
    raw.laid_out(config, tmp_path / "out", ["train"], 1, skip_bad=True)
    (tmp_path / "raw" / "annotations" / "instances_val2017.json").unlink()
    with pytest.raises(UserError, match="no instances_val2017.json below.*has_instances=false"):
        raw.laid_out(config, tmp_path / "out", ["val"], 1, skip_bad=False)
    label.unlink()
    with pytest.raises(UserError, match="no folder train2017 with label maps"):
        raw.laid_out(config, tmp_path / "out", ["train"], 1, skip_bad=False)


def test_cityscapes_is_reduced_to_19_classes(tmp_path):
    cityscapes(tmp_path / "raw")
    values = {"dataset": "cityscapes_19", "num_labels": 20, "has_dont_care": True}
    config = config_of(
        "cityscapes", tmp_path / "raw", **{f"data__{key}": v for key, v in values.items()}
    )
    laid_out = raw.laid_out(config, tmp_path / "folder", SPLITS, 1, skip_bad=False)
    (example,) = sources.list_examples(laid_out, "val")
    found = read_pixels(str(tmp_path / "raw/gtFine/val/ulm/ulm_000001_000019_gtFine_labelIds.png"))
    np.testing.assert_array_equal(read_pixels(example.label), train_ids()[found])
    assert example.image and (example.instance is not None) == config.data.has_instances
    prepare(Request(laid_out, tmp_path / "shards", store="scaled"))


def test_reduced_ids():
    """By the data set's own list: 7 road .. 33 bicycle."""
    table = train_ids()
    kept = [7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33]
    assert [int(i) for i in np.flatnonzero(table != 255)] == kept
    assert table[kept].tolist() == list(range(19))


def test_another_camvid(tmp_path):
    (tmp_path / "701_StillsRaw_full").mkdir()
    config = config_of("camvid", tmp_path)
    with pytest.raises(UserError, match="trainannot; expected SegNet's CamVid"):
        raw.laid_out(config, tmp_path / "folder", SPLITS, 1, skip_bad=False)
