"""Writing shards: the same bytes each time, what is whole kept, what is bad told."""

import json

import pytest
import tensorflow as tf

from spade_tf.config import replace
from spade_tf.data.pipeline import make_dataset, num_examples
from spade_tf.data.shards.manifest import read_manifest
from spade_tf.data.shards.prepare import Request, examples_of, jobs_of, prepare, processes
from spade_tf.data.shards.verify import verify
from spade_tf.errors import UserError
from tests.data.shards.sharded_sets import sharded, spoil
from tests.data.small_sets import assert_same, custom_set, images_of


@pytest.fixture
def config(tmp_path):
    return custom_set(tmp_path / "set", train=5, val=2)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def written(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.tfrecord")}


def test_what_is_whole_is_kept_and_what_is_not_is_made_anew(config, tmp_path):
    folder = tmp_path / "shards"
    request = Request(config, folder, num_shards=3)
    prepare(request)
    before, times = contents(folder), written(folder)
    assert len(times) == 5, "three shards for training, two for validation: one an example"
    spoil(folder / "train-00001-of-00003.tfrecord", 100)
    (folder / "val-00000-of-00002.json").unlink()
    prepare(request)
    assert contents(folder) == before
    again = {name for name, time in written(folder).items() if time != times[name]}
    assert again == {"train-00001-of-00003.tfrecord", "val-00000-of-00002.tfrecord"}


def test_a_source_that_changed_is_read_again(config, tmp_path):
    request = Request(config, tmp_path / "shards", num_shards=5)
    prepare(request)
    times = written(request.folder)
    photograph = tmp_path / "set" / "train_img" / "scene_3.png"
    photograph.write_bytes((tmp_path / "set" / "train_img" / "scene_2.png").read_bytes())
    prepare(request)
    again = [name for name, time in written(request.folder).items() if time != times[name]]
    assert again == ["train-00003-of-00005.tfrecord"]


def test_another_number_of_shards_replaces_the_old_ones(config, tmp_path):
    folder = tmp_path / "shards"
    prepare(Request(config, folder, num_shards=3))
    prepare(Request(config, folder, num_shards=2))
    assert sorted(written(folder)) == [
        f"{split}-0000{i}-of-00002.tfrecord" for split in ("train", "val") for i in (0, 1)
    ]
    assert verify(folder) == (7, [])


def test_splits_are_prepared_one_after_the_other(config, tmp_path):
    folder = tmp_path / "shards"
    both = prepare(Request(config, tmp_path / "both"))
    prepare(Request(config, folder, ["val"]))
    assert prepare(Request(config, folder, ["train"])) == both
    other = prepare(Request(config, folder, ["train"], "scaled"))
    assert list(other.splits) == ["train"], "a split of another store does not belong to it"


def test_plain_tensorflow_reads_a_shard(config, tmp_path):
    sharded(config, tmp_path / "shards")
    files = sorted(str(path) for path in (tmp_path / "shards").glob("train-*.tfrecord"))
    names = []
    for record in tf.data.TFRecordDataset(files):
        features = tf.train.Example.FromString(record.numpy()).features.feature
        name, label_map = (features[k].bytes_list.value[0] for k in ("name", "label_map"))
        names.append(name.decode())
        file = tmp_path / "set" / "train_label" / f"{names[-1]}.png"
        assert label_map == file.read_bytes()
    assert names == [f"scene_{i}" for i in range(5)]


def make_bad(config, tmp_path):
    """Two bad examples, and one without a photograph."""
    (tmp_path / "set" / "train_img" / "scene_1.png").write_bytes(b"no picture")
    (tmp_path / "set" / "train_label" / "scene_4.png").write_bytes(b"")


@pytest.mark.parametrize("store", ["files", "scaled"])
def test_bad_files_are_listed_all_at_once_and_nothing_can_be_read(config, tmp_path, store):
    make_bad(config, tmp_path)
    request = Request(config, tmp_path / "shards", store=store, num_shards=2)
    with pytest.raises(UserError) as told:
        prepare(request)
    lines = str(told.value).splitlines()
    assert lines[0] == "2 examples are bad:"
    assert lines[1].startswith("  scene_1: cannot decode") and "scene_1.png" in lines[1]
    assert lines[2].startswith("  scene_4:") and "is no PNG file" in lines[2]
    with pytest.raises(UserError, match="holds no shards.json"):
        read_manifest(request.folder)
    assert not list(request.folder.glob(".*")) and not list(request.folder.glob("train*.tfrecord"))


def test_bad_examples_are_left_out_if_asked(config, tmp_path):
    make_bad(config, tmp_path)
    (tmp_path / "set" / "train_inst" / "scene_0.png").unlink()
    stored = sharded(config, tmp_path / "shards", skip_bad=True)
    skipped = json.loads((tmp_path / "shards" / "shards.json").read_text())["splits"]["train"]
    skipped = skipped["skipped"]
    assert [bad["name"] for bad in skipped] == ["scene_1", "scene_4", ""]
    assert "no instance map for scene_0" in skipped[2]["reason"]
    assert num_examples(stored, "train") == 2
    # Mended, the shards are made again without the flag.
    whole = custom_set(tmp_path / "set", train=5, val=2)
    stored = sharded(whole, tmp_path / "shards")
    assert num_examples(stored, "train") == 5
    assert_same(
        images_of(make_dataset(stored, "train", 5), 5),
        images_of(make_dataset(whole, "train", 5), 5),
    )


def test_verify_names_every_bad_record(config, tmp_path):
    folder = tmp_path / "shards"
    sharded(config, folder)
    assert verify(folder) == (7, [])
    first = folder / "train-00000-of-00003.tfrecord"
    spoil(first, 50)
    spoil(folder / "train-00001-of-00003.tfrecord", 5)
    (folder / "val-00000-of-00002.tfrecord").unlink()
    count, problems = verify(folder)
    assert count == 7 and len(problems) == 3
    assert problems[0] == f"{first} is damaged in record 0 (scene_0)"
    assert problems[1].endswith("train-00001-of-00003.tfrecord is damaged between its records")
    assert "cannot read" in problems[2] and "val-00000-of-00002.tfrecord" in problems[2]


def test_a_damaged_manifest(config, tmp_path):
    stored = sharded(config, tmp_path / "shards")
    (tmp_path / "shards" / "shards.json").write_text('{"format": 1')
    with pytest.raises(UserError, match="shards.json is damaged"):
        num_examples(stored, "train")
    (tmp_path / "shards" / "shards.json").write_text('{"format": 9}')
    with pytest.raises(UserError, match="has format 9; this version reads 1"):
        num_examples(stored, "train")


def test_neighbours_share_shards_of_equal_size(config, tmp_path):
    config = replace(config, "data.shards", "elsewhere")
    request = Request(config, tmp_path, num_shards=2)
    examples, unpaired = examples_of(request, "train")
    assert unpaired == []
    jobs = jobs_of(request, "train", examples)
    assert [[e.name for e in job.examples] for job in jobs] == [
        ["scene_0", "scene_1"],
        ["scene_2", "scene_3", "scene_4"],
    ]
    assert len(jobs_of(Request(config, tmp_path), "train", examples)) == 1


@pytest.mark.slow  # starts TensorFlow in two processes
def test_processes_write_what_one_process_writes(config, tmp_path):
    prepare(Request(config, tmp_path / "one", num_shards=2))
    prepare(Request(config, tmp_path / "two", num_shards=2), processes(2))
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
