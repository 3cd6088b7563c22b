"""Unreadable training examples: replaced by neighbours, counted, refused when too many."""

import json

import pytest
import tensorflow as tf

from spade_tf.config import replace
from spade_tf.data.bad_examples import BadExamples
from spade_tf.data.check import quick_check
from spade_tf.data.pipeline import make_dataset
from spade_tf.data.shards.index import read_index
from spade_tf.errors import UserError
from tests.data.shards.sharded_sets import sharded, spoil
from tests.data.small_sets import assert_same, custom_set, images_of


def allowing(config, count):
    return replace(config, "data.max_bad_examples", count)


def label_maps(images):
    return [{"label_map": image["label_map"]} for image in images]


@pytest.fixture
def config(tmp_path):
    # No crop and no flip: an example is always the same image.
    return custom_set(
        tmp_path, train=5, height=32, width=32, data__flip=False, data__preprocess="crop"
    )


def break_image(folder, number):
    (folder / "train_img" / f"scene_{number}.png").write_bytes(b"broken")


def test_without_bad_examples_nothing_changes(config):
    plain = images_of(make_dataset(config, "train", 4), 12)
    assert_same(images_of(make_dataset(allowing(config, 2), "train", 4), 12), plain)


def test_the_next_good_example_comes_in_place_of_a_bad_one(config, tmp_path, capfd):
    plain = images_of(make_dataset(config, "train", 5), 20)
    break_image(tmp_path, 4)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "bad_examples.jsonl").write_text('{"example": "sc')  # killed while writing
    bad = BadExamples(allowing(config, 1), tmp_path / "run")
    dataset = make_dataset(allowing(config, 1), "train", 5, bad_examples=bad)
    replaced = images_of(dataset, 20)
    # scene_4 is followed by scene_0.
    of_scene = {}
    for i in (0, 4):
        picture = tf.io.decode_png((tmp_path / "train_label" / f"scene_{i}.png").read_bytes())
        of_scene[i] = picture[..., 0].numpy()
    expected = [
        of_scene[0] if (image["label_map"] == of_scene[4]).all() else image["label_map"]
        for image in plain
    ]
    assert_same(label_maps(replaced), [{"label_map": label_map} for label_map in expected])

    (_, line) = (tmp_path / "run" / "bad_examples.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert entry["example"] == "scene_4" and "scene_4.png" in entry["reason"]
    assert (plain[entry["image_number"]]["label_map"] == of_scene[4]).all()
    assert list(bad.found) == ["scene_4"]
    assert bad.summary() == (
        "1 bad training example was replaced by others: listed in "
        f"{tmp_path}/run/bad_examples*.jsonl"
    )
    said = [line for line in capfd.readouterr().err.splitlines() if "bad example" in line]
    assert len(said) == 1 and said[0].startswith("bad example 1 of at most 1, replaced by the next")

    # Any start and any number of workers: the same stream.
    config = allowing(config, 1)
    late = images_of(make_dataset(config, "train", 3, start_image=7), 13)
    assert_same(late, replaced[7:])
    parts = [
        images_of(make_dataset(config, "train", 2, num_shards=2, shard_index=i), 2)
        for i in range(2)
    ]
    assert_same(parts[0] + parts[1], replaced[:4])


def test_more_than_allowed_stop_and_are_named(config, tmp_path):
    for number in (1, 2, 4):
        break_image(tmp_path, number)
    config = allowing(config, 2)
    bad = BadExamples(config, tmp_path / "run")
    with pytest.raises(tf.errors.OpError, match="3 training examples are bad"):
        images_of(make_dataset(config, "train", 5, bad_examples=bad), 10)
    with pytest.raises(UserError, match="more than data.max_bad_examples=2") as told:
        bad.check()
    for number in (1, 2, 4):
        assert f"scene_{number}.png" in str(told.value)
    # What was met before counts at the next start too, and so does what other workers met.
    with pytest.raises(UserError, match="3 training examples"):
        BadExamples(config, tmp_path / "run", worker=1).check()


def test_a_whole_run_of_neighbours_that_are_bad(config, tmp_path):
    for number in (2, 3, 4):
        break_image(tmp_path, number)
    images_of(make_dataset(allowing(config, 3), "train", 5), 10)
    with pytest.raises(tf.errors.OpError, match="3 training examples are bad"):
        images_of(make_dataset(allowing(config, 2), "train", 5), 10)


def test_a_damaged_record_of_a_shard_counts_as_a_file_does(config, tmp_path):
    config = allowing(sharded(config, tmp_path / "shards"), 1)
    whole = images_of(make_dataset(config, "train", 5), 10)
    shard = tmp_path / "shards" / "train-00001-of-00003.tfrecord"
    index = read_index(shard)
    spoil(shard, index.offsets[0] + 20)
    bad = BadExamples(config)
    found = images_of(make_dataset(config, "train", 5, bad_examples=bad), 10)
    (name,) = index.names[:1]
    assert f"{shard} has wrong bytes in record 0 ({name})" in bad.found[name]
    differing = [
        (a["label_map"] != b["label_map"]).any() for a, b in zip(found, whole, strict=True)
    ]
    assert sum(differing) == 2, "one example in each of two epochs"


def test_the_check_at_the_start_lets_as_many_pass(config, tmp_path):
    break_image(tmp_path, 1)
    break_image(tmp_path, 3)
    with pytest.raises(UserError, match="scene_1"):
        quick_check(config)
    with pytest.raises(UserError, match="scene_3"):
        quick_check(allowing(config, 1))
    quick_check(allowing(config, 2))
    (tmp_path / "val_img" / "scene_0.png").write_bytes(b"broken")
    with pytest.raises(UserError, match="val_img/scene_0"):
        quick_check(allowing(config, 5))
