"""Batches from shards are those of the folder; what is damaged or does not fit is told."""

import os

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.config import replace
from spade_tf.data.check import full_check, quick_check
from spade_tf.data.failures import explain_failure
from spade_tf.data.pipeline import make_dataset, num_examples
from spade_tf.data.shards.index import read_index
from spade_tf.data.shards.reader import open_split
from spade_tf.errors import UserError
from spade_tf.evaluation.examples import Examples
from tests.data.shards.sharded_sets import sharded, spoil
from tests.data.small_sets import assert_same, custom_set, facade_set, images_of, make_config


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The config of a folder whose photographs are scaled before the crop."""
    root = tmp_path_factory.mktemp("set")
    return custom_set(root, train=7, data__preprocess="resize_and_crop", data__load_size=36)


@pytest.fixture(scope="module")
def shards(folder, tmp_path_factory):
    """The configs of its shards, by store."""
    place = tmp_path_factory.mktemp("shards")
    return {store: sharded(folder, place / store, store) for store in ("files", "scaled", "jpeg")}


@pytest.fixture
def fragile(folder, tmp_path):
    """The config of shards that a test may damage, and their folder."""
    return sharded(folder, tmp_path / "shards"), tmp_path / "shards"


@pytest.fixture(scope="module")
def stream(folder):
    """The first 24 images of training from the folder: more than three epochs."""
    return images_of(make_dataset(folder, "train", 4), 24)


@pytest.mark.parametrize("store", ["files", "scaled"])
def test_batches_are_those_of_the_folder_bit_for_bit(store, folder, shards, stream):
    config = shards[store]
    quick_check(config)
    assert num_examples(config, "train") == 7
    assert_same(images_of(make_dataset(config, "train", 4), 24), stream)
    cached = replace(config, "data.cache", True)
    assert_same(images_of(make_dataset(cached, "train", 4), 24), stream)
    assert_same(
        images_of(make_dataset(config, "val", 2), 3), images_of(make_dataset(folder, "val", 2), 3)
    )


def test_jpeg_changes_nothing_but_photographs(shards, stream):
    read = images_of(make_dataset(shards["jpeg"], "train", 4), 24)
    for key in ("label_map", "instance_map"):
        assert_same([{key: image[key]} for image in read], [{key: image[key]} for image in stream])
    assert any((a["image"] != b["image"]).any() for a, b in zip(read, stream, strict=True))


@pytest.mark.parametrize(("start", "workers"), [(0, 4), (5, 2), (17, 1)])
def test_any_start_and_any_number_of_workers_give_the_same_stream(shards, stream, start, workers):
    parts = [
        images_of(
            make_dataset(
                shards["files"],
                "train",
                1,
                start_image=start,
                num_shards=workers,
                shard_index=i,
                global_batch_size=4,
            ),
            4 // workers,
        )
        for i in range(workers)
    ]
    assert_same([image for part in parts for image in part], stream[start : start + 4])


def test_the_palette_pngs_of_facades(tmp_path):
    facade_set(tmp_path / "base", tmp_path / "extended")
    config = make_config(
        data__dataset="facades",
        data__root=str(tmp_path),
        data__height=32,
        data__width=32,
        data__preprocess="fixed",
    )
    expected = images_of(make_dataset(config, "train", 1), 2)
    assert_same(images_of(make_dataset(sharded(config, tmp_path / "s"), "train", 1), 2), expected)


def test_painted_scenes_are_stored(tmp_path):
    config = make_config(
        data__dataset="landscapes",
        data__num_labels=13,
        data__num_scenes=3,
        data__height=32,
        data__width=32,
        data__has_instances=True,
    )
    with pytest.raises(UserError, match="has no files; write --store=scaled"):
        sharded(config, tmp_path / "files", splits=["train"])
    stored = sharded(config, tmp_path / "scaled", "scaled", splits=["train"])
    expected = images_of(make_dataset(config, "train", 3), 6)
    assert_same(images_of(make_dataset(stored, "train", 3), 6), expected)
    with pytest.raises(UserError, match="hold no val split.*--splits=val"):
        num_examples(stored, "val")


def test_evaluation_reads_shards(folder, shards):
    expected = Examples(folder, "val")
    for store in ("files", "scaled"):
        examples = Examples(shards[store], "val")
        assert examples.names == expected.names and examples.checksum() == expected.checksum()
        (a,), (b,) = expected.batches(3), examples.batches(3)
        np.testing.assert_array_equal(a.photographs, b.photographs)
        assert len(examples.fingerprint()) == 64


def test_scaled_training_pictures_are_no_validation_pictures(shards):
    with pytest.raises(UserError, match="scaled for training.*--store=files"):
        make_dataset(shards["scaled"], "train", 1, training=False)
    make_dataset(shards["files"], "train", 1, training=False)


@pytest.mark.parametrize(
    ("store", "key", "value", "message"),
    [
        ("scaled", "data.load_size", 40, "do not fit data.load_size=40: write .*load_size=36"),
        ("scaled", "data.num_labels", 6, "write --config.data.num_labels=5.*--store=files fits"),
        ("scaled", "data.preprocess", "fixed", "write --config.data.preprocess=resize_and_crop"),
        ("files", "data.dataset", "coco", "write --config.data.dataset=custom"),
    ],
)
def test_a_config_that_the_shards_were_not_made_for(shards, store, key, value, message):
    with pytest.raises(UserError, match=message):
        quick_check(replace(shards[store], key, value))


def test_sizes_are_free_with_files(folder, shards):
    for key, value in (("data.load_size", 50), ("data.has_instances", False)):
        config, raw = replace(shards["files"], key, value), replace(folder, key, value)
        assert_same(
            images_of(make_dataset(config, "train", 2), 4),
            images_of(make_dataset(raw, "train", 2), 4),
        )


def test_instances_that_are_not_there(folder, tmp_path):
    config = sharded(replace(folder, "data.has_instances", False), tmp_path / "shards")
    with pytest.raises(UserError, match="hold no instance maps; write false, or prepare"):
        num_examples(replace(config, "data.has_instances", True), "train")


def test_no_shards(folder, tmp_path):
    with pytest.raises(UserError, match="holds no shards.json: tools.prepare_dataset --output="):
        num_examples(replace(folder, "data.shards", str(tmp_path)), "train")


def test_a_missing_and_a_short_shard_are_found_at_the_start(fragile):
    config, folder = fragile
    path = folder / "train-00001-of-00003.tfrecord"
    os.truncate(path, path.stat().st_size - 1)
    with pytest.raises(UserError, match=f"the shard {path} has .* bytes, expected .*: copy"):
        quick_check(config)
    path.unlink()
    with pytest.raises(UserError, match=f"no shard {path}: copy"):
        quick_check(config)


def test_an_index_of_another_shard(fragile):
    config, folder = fragile
    (folder / "train-00001-of-00003.json").write_bytes(
        (folder / "train-00000-of-00003.json").read_bytes()
    )
    with pytest.raises(UserError, match="train-00001-of-00003.json is of another shard"):
        quick_check(config)


def test_a_wrong_byte_is_found_when_it_is_read(fragile):
    config, folder = fragile
    path = folder / "train-00001-of-00003.tfrecord"
    index = read_index(path)
    assert index.names == ["scene_2", "scene_3"]
    spoil(path, index.offsets[1] + index.lengths[1] // 2)
    told = rf"{path} has wrong bytes in record 1 \(scene_3\): copy"
    dataset = make_dataset(config, "train", 7)
    with pytest.raises(tf.errors.OpError) as failure:
        next(iter(dataset))
    with pytest.raises(UserError, match=told):
        raise explain_failure(config, "train", failure.value)
    with pytest.raises(UserError, match=told):
        quick_check(config)
    reports = full_check(config)
    assert [len(report.problems) for report in reports] == [1, 0]
    assert reports[0].files == 7 and "record 1 (scene_3)" in reports[0].problems[0]


def test_a_shard_cut_short_while_training(fragile):
    config, folder = fragile
    path = folder / "train-00002-of-00003.tfrecord"
    split = open_split(config.data, "train")
    os.truncate(path, path.stat().st_size - 10)
    with pytest.raises(UserError, match=rf"{path} ends within record 2 \(scene_6\)"):
        split.record(6)


def test_an_id_that_the_config_does_not_know_is_told_with_its_record(shards):
    config = replace(shards["files"], "data.num_labels", 4)
    with pytest.raises(UserError) as told:
        quick_check(config)
    line = str(told.value)
    assert "train-00000-of-00003.tfrecord record 0 (scene_0): scene_0.label_map.png" in line
    assert "holds the file ids 4" in line and "data.num_labels=5" in line
