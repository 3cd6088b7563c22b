"""Every data set: its names and colours, and examples found in a small tree of the real layout."""

import numpy as np
import pytest
from PIL import Image

from spade_tf.config import DataConfig
from spade_tf.data.datasets import NAMES, ade20k, ade20k_outdoor, coco, dataset_module
from spade_tf.data.files import read_label_map
from spade_tf.errors import UserError
from tests.data.small_sets import write_png


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"")


def listed(dataset, root, split, **values):
    data = DataConfig(dataset=dataset, root=str(root), **values)
    examples = dataset_module(dataset).list_examples(data, split)
    return [
        tuple(
            path and path.removeprefix(f"{root}/")
            for path in (e.name, e.label, e.image, e.instance)
        )
        for e in examples
    ]


@pytest.mark.parametrize(
    ("dataset", "count"),
    [
        ("coco", 183),
        ("flickr", 183),
        ("ade20k", 151),
        ("ade20k_outdoor", 151),
        ("cityscapes", 35),
        ("cityscapes_19", 20),
        ("facades", 13),
        ("camvid", 12),
        ("custom", 13),
    ],
)
def test_names_and_colours(dataset, count):
    module = dataset_module(dataset)
    assert len(module.LABEL_NAMES) == len(set(module.LABEL_NAMES)) == count
    assert len(module.PALETTE) == count
    if dataset != "cityscapes":  # its own colours repeat: void is black
        assert len(set(module.PALETTE)) == count
    assert all(0 <= value <= 255 for color in module.PALETTE for value in color)


def test_known_places_of_names():
    assert coco.LABEL_NAMES[156] == "sky-other" and coco.LABEL_NAMES[-1] == "unlabeled"
    assert ade20k.LABEL_NAMES[2] == "sky" and ade20k.LABEL_NAMES[149:] == ("flag", "unknown")
    assert dataset_module("cityscapes").LABEL_NAMES[26] == "car"
    landscapes = dataset_module("landscapes")
    assert len(landscapes.LABEL_NAMES) == len(landscapes.PALETTE) >= 8


def test_an_unknown_data_set():
    assert "landscapes" in NAMES
    with pytest.raises(UserError, match="did you mean coco"):
        dataset_module("cocoo")


def test_coco(tmp_path):
    touch(
        tmp_path, "train_label/2.png", "train_label/10.png", "train_img/2.jpg", "train_img/10.jpg"
    )
    touch(tmp_path, "train_inst/2.png", "train_inst/10.png", "val_label/1.png")
    ten = ("10", "train_label/10.png", "train_img/10.jpg", "train_inst/10.png")
    examples = listed("coco", tmp_path, "train", has_instances=True)
    assert [e[0] for e in examples] == ["2", "10"] and examples[1] == ten
    assert listed("coco", tmp_path, "val") == [("1", "val_label/1.png", None, None)]
    touch(tmp_path, "train_label_portrait/7.png", "train_img_portrait/7.jpg")
    assert listed("coco", tmp_path, "train")[2][0] == "7"


@pytest.mark.parametrize("inside", ["", "ADEChallengeData2016/"])
def test_ade20k(tmp_path, inside):
    for split in ("training", "validation"):
        touch(tmp_path, f"{inside}annotations/{split}/A_1.png", f"{inside}images/{split}/A_1.jpg")
    expected = f"{inside}annotations/validation/A_1.png", f"{inside}images/validation/A_1.jpg"
    assert listed("ade20k", tmp_path, "val") == [("A_1", *expected, None)]


def test_ade20k_outdoor_keeps_a_list(tmp_path):
    outdoor = np.full((10, 10), 1, np.uint8)
    outdoor[:2] = 1 + ade20k.LABEL_NAMES.index("sky")
    window = np.full((10, 10), 1, np.uint8)
    window[:1] = 1 + ade20k.LABEL_NAMES.index("tree")
    for name, label_map in (("out", outdoor), ("room", window)):
        write_png(tmp_path / "annotations" / "training" / f"{name}.png", label_map)
        touch(tmp_path, f"images/training/{name}.jpg")
    assert [e[0] for e in listed("ade20k_outdoor", tmp_path, "train")] == ["out"]
    list_file = tmp_path / "outdoor_train.txt"
    assert list_file.read_text() == "out\n"
    list_file.write_text("room\n")
    assert [e[0] for e in listed("ade20k_outdoor", tmp_path, "train")] == ["room"]
    list_file.write_text("gone\n")
    with pytest.raises(UserError, match="outdoor_train.txt names gone"):
        listed("ade20k_outdoor", tmp_path, "train")
    assert set(ade20k_outdoor.OUTDOOR_CLASSES) <= set(ade20k.LABEL_NAMES)


def test_cityscapes(tmp_path):
    for city in ("ulm", "aachen"):
        stem = f"train/{city}/{city}_000001_000019"
        touch(tmp_path, f"leftImg8bit/{stem}_leftImg8bit.png")
        kinds = "labelIds.png instanceIds.png labelTrainIds.png color.png polygons.json"
        for kind in kinds.split():
            touch(tmp_path, f"gtFine/{stem}_gtFine_{kind}")
    examples = listed("cityscapes", tmp_path, "train", has_instances=True)
    stem = "aachen/aachen_000001_000019"
    assert len(examples) == 2 and examples[0] == (
        stem,
        f"gtFine/train/{stem}_gtFine_labelIds.png",
        f"leftImg8bit/train/{stem}_leftImg8bit.png",
        f"gtFine/train/{stem}_gtFine_instanceIds.png",
    )
    (example, _) = listed("cityscapes_19", tmp_path, "train")
    assert example[:2] == (stem, f"gtFine/train/{stem}_gtFine_labelTrainIds.png")
    (tmp_path / f"leftImg8bit/train/{stem}_leftImg8bit.png").unlink()
    with pytest.raises(UserError, match="no photograph for aachen/aachen_000001_000019"):
        listed("cityscapes", tmp_path, "train")


def test_facades_label_maps_are_palette_indices(tmp_path):
    touch(tmp_path, "base/cmp_b0001.jpg", "base/cmp_b0001.xml")
    touch(tmp_path, "extended/cmp_x0001.jpg", "extended/cmp_x0001.png")
    label_map = Image.fromarray(np.array([[1, 12], [2, 3]], np.uint8)).convert("P")
    label_map.putpalette([value for i in range(13) for value in (0, 20 * i, 170)])
    label_map.save(tmp_path / "base" / "cmp_b0001.png")
    expected = ("cmp_b0001", "base/cmp_b0001.png", "base/cmp_b0001.jpg", None)
    assert listed("facades", tmp_path, "train") == [expected]
    assert listed("facades", tmp_path, "val")[0][0] == "cmp_x0001"
    data = DataConfig(dataset="facades", num_labels=13)
    labels = read_label_map(str(tmp_path / "base" / "cmp_b0001.png"), data)
    assert labels.tolist() == [[1, 12], [2, 3]]


def test_folders_of_the_config(tmp_path):
    touch(tmp_path, "maps/a.png", "photos/a.jpg")
    folders = {"train_labels": "maps", "train_images": "photos", "val_labels": "maps"}
    for dataset in ("custom", "flickr", "camvid"):
        assert listed(dataset, tmp_path, "train", **folders)[0][1:3] == (
            "maps/a.png",
            "photos/a.jpg",
        )
        assert listed(dataset, tmp_path, "val", **folders) == [("a", "maps/a.png", None, None)]
    with pytest.raises(UserError, match="for validation.*data.val_labels=maps"):
        listed("custom", tmp_path, "val", train_labels="maps")


@pytest.mark.parametrize("root", ["", "/no/such/folder"])
def test_a_root_that_is_no_folder(root):
    for dataset in ("coco", "ade20k", "cityscapes", "facades"):
        with pytest.raises(UserError, match=f"data.root is '{root}': no such folder"):
            dataset_module(dataset).list_examples(DataConfig(dataset=dataset, root=root), "train")


def test_landscapes_have_a_seed_for_each_scene():
    data = DataConfig(dataset="landscapes", num_scenes=3)
    module = dataset_module("landscapes")
    assert [e.name for e in module.list_examples(data, "train")] == ["0", "1", "2"]
    validation = module.list_examples(data, "val")
    assert len(validation) == 64 and validation[0].name == "1000000"
    with pytest.raises(UserError, match="num_scenes"):
        module.list_examples(DataConfig(num_scenes=2_000_000), "train")
