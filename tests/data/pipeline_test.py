"""Batches: keys and types, alignment, determinism, resuming, sharding."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from spade_tf.config import replace
from spade_tf.data.pipeline import make_dataset, num_examples
from spade_tf.data.position_map import position_map
from tests.data.small_sets import (
    ROOT,
    assert_same,
    custom_set,
    facade_set,
    images_of,
    make_config,
    paint,
)

COCO = ROOT.parent / "shared" / "data" / "coco_stuff_sample"


def test_a_training_batch(tmp_path):
    config = custom_set(tmp_path, model__norm="clade_icpe")
    batch = next(iter(make_dataset(config, "train", 3)))
    shapes = {key: (value.dtype.name, tuple(value.shape)) for key, value in batch.items()}
    assert shapes == {
        "label_map": ("int32", (3, 32, 32)),
        "image": ("float32", (3, 32, 32, 3)),
        "instance_map": ("int32", (3, 32, 32)),
        "position_map": ("float32", (3, 32, 32, 2)),
    }
    assert batch["image"].numpy().min() >= -1 and batch["image"].numpy().max() <= 1
    assert num_examples(config, "train") == 5 and num_examples(config, "val") == 3


@pytest.mark.parametrize("degrees", [0.0, 30.0])
def test_label_instance_and_photograph_stay_on_each_other(tmp_path, degrees):
    config = custom_set(tmp_path, data__rotation_degrees=degrees, model__norm="clade_icpe")
    images = images_of(make_dataset(config, "train", 4), 12)
    for image in images:
        photograph = (image["image"] + 1) * 127.5
        painted = paint(image["label_map"], image["instance_map"])
        if degrees:
            # Bilinear: only where the neighbours agree can the photograph equal its label's colour.
            assert np.corrcoef(photograph[..., 0].ravel(), painted[..., 0].ravel())[0, 1] > 0.5
        else:
            np.testing.assert_allclose(photograph, painted, atol=1e-3)
        np.testing.assert_array_equal(image["position_map"], position_map(image["label_map"]))


def test_half_of_the_training_images_are_mirrored_and_crops_vary(tmp_path):
    config = custom_set(tmp_path, train=1)
    source = images_of(make_dataset(replace(config, "data.width", 48), "val", 1), 1)
    assert source[0]["label_map"].shape == (32, 48)
    seen, mirrored = set(), 0
    plain = replace(config, "data.flip", False)
    images = images_of(make_dataset(config, "train", 8), 64)
    for image, straight in zip(images, images_of(make_dataset(plain, "train", 8), 64), strict=True):
        same = np.array_equal(image["label_map"], straight["label_map"])
        mirrored += not same
        if not same:
            np.testing.assert_array_equal(image["label_map"], straight["label_map"][:, ::-1])
        seen.add(straight["label_map"].tobytes())
    assert 20 <= mirrored <= 44
    assert len(seen) > 30  # 9 x 17 places for the crop


def test_batch_size_and_threads_do_not_change_the_stream(tmp_path):
    config = custom_set(tmp_path, data__rotation_degrees=10.0)
    whole = images_of(make_dataset(config, "train", 4), 12)
    assert_same(images_of(make_dataset(config, "train", 3), 12), whole)
    one_thread = make_dataset(config, "train", 4)
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    assert_same(images_of(one_thread.with_options(options), 12), whole)


@pytest.mark.parametrize("cache", [False, True])
def test_a_stream_started_at_image_k_skips_k_images(tmp_path, cache):
    config = custom_set(tmp_path, data__rotation_degrees=10.0, data__cache=cache)
    whole = images_of(make_dataset(config, "train", 2), 20)
    for start in (3, 8):
        resumed = make_dataset(config, "train", 2, start_image=start)
        assert_same(images_of(resumed, 6), whole[start : start + 6])


def test_workers_together_have_the_global_batch(tmp_path):
    config = custom_set(tmp_path)
    whole = images_of(make_dataset(config, "train", 8, start_image=8), 16)
    # Two workers with two replicas each: every worker draws two batches of 2 a step.
    workers = [
        images_of(
            make_dataset(
                config,
                "train",
                2,
                start_image=8,
                num_shards=2,
                shard_index=i,
                global_batch_size=8,
            ),
            8,
        )
        for i in range(2)
    ]
    together = workers[0][:4] + workers[1][:4] + workers[0][4:] + workers[1][4:]
    assert_same(together, whole)


def test_a_global_batch_that_workers_cannot_share_is_refused(tmp_path):
    with pytest.raises(ValueError, match="expected a multiple of num_shards"):
        make_dataset(custom_set(tmp_path), "train", 2, num_shards=2, global_batch_size=6)


def test_the_cache_gives_the_same_images_and_reads_no_file_twice(tmp_path):
    config = custom_set(tmp_path, train=3)
    plain = images_of(make_dataset(config, "train", 3), 12)
    cached = iter(make_dataset(replace(config, "data.cache", True), "train", 3))
    first = images_of([next(cached) for _ in range(2)], 6)
    for path in tmp_path.rglob("*.png"):
        path.unlink()
    assert_same(first + images_of([next(cached) for _ in range(2)], 6), plain)


def test_validation_is_one_pass_in_order_with_the_last_partial_batch(tmp_path):
    config = custom_set(tmp_path, val=3)
    batches = list(make_dataset(config, "val", 2))
    assert [len(batch["label_map"]) for batch in batches] == [2, 1]
    assert_same(images_of(make_dataset(config, "val", 2), 3), images_of(batches, 3))
    for path in (tmp_path / "val_img").iterdir():
        path.unlink()
    (tmp_path / "val_img").rmdir()
    assert "image" not in next(iter(make_dataset(config, "val", 2)))


def test_another_seed_is_another_stream(tmp_path):
    config = custom_set(tmp_path)
    one = images_of(make_dataset(config, "train", 4), 8)
    other = images_of(make_dataset(replace(config, "train.seed", 1), "train", 4), 8)
    assert any(not np.array_equal(a["image"], b["image"]) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    "preprocess",
    "resize_and_crop crop scale_width_and_crop scale_shortside_and_crop fixed".split(),
)
def test_every_mode_gives_images_that_are_not_square(tmp_path, preprocess):
    config = custom_set(
        tmp_path,
        height=50,
        width=75,
        data__width=64,
        data__height=32,
        data__load_size=70,
        data__preprocess=preprocess,
    )
    for split in ("train", "val"):
        batch = next(iter(make_dataset(config, split, 2)))
        assert batch["image"].shape == (2, 32, 64, 3)
        assert set(np.unique(batch["label_map"])) <= set(range(5))


def test_modes_without_a_crop_take_files_of_the_right_shape(tmp_path):
    for preprocess in ("scale_width", "scale_shortside", "none"):
        config = custom_set(
            tmp_path, height=66, width=66, data__preprocess=preprocess, data__load_size=64
        )
        config = replace(replace(config, "data.height", 64), "data.width", 64)
        assert next(iter(make_dataset(config, "train", 2)))["image"].shape == (2, 64, 64, 3)


def test_photographs_of_every_usual_kind(tmp_path):
    config = custom_set(tmp_path, train=1, data__has_instances=False, data__flip=False)
    config = replace(replace(config, "data.preprocess", "fixed"), "data.num_labels", 5)
    photograph = Image.new("RGB", (48, 40), (200, 100, 50))
    for mode, suffix in (
        ("L", "jpg"),
        ("CMYK", "jpg"),
        ("RGBA", "png"),
        ("L", "bmp"),
        ("P", "png"),
    ):
        for old in (tmp_path / "train_img").iterdir():
            old.unlink()
        photograph.convert(mode).save(tmp_path / "train_img" / f"scene_0.{suffix}")
        image = next(iter(make_dataset(config, "train", 1)))["image"].numpy()
        color = ((image[0, 5, 5] + 1) * 127.5).round()
        expected = [124] * 3 if mode == "L" else [200, 100, 50]
        np.testing.assert_allclose(color, expected, atol=6, err_msg=f"{mode} {suffix}")


def test_facades_are_read_by_palette_index(tmp_path):
    label_map = facade_set(tmp_path / "base", tmp_path / "extended")
    config = make_config(
        data__dataset="facades",
        data__root=str(tmp_path),
        data__height=32,
        data__width=32,
        data__preprocess="fixed",
    )
    batch = next(iter(make_dataset(config, "val", 1)))
    np.testing.assert_array_equal(batch["label_map"][0], label_map)


def test_landscapes_are_painted_from_their_seeds():
    config = make_config(
        data__dataset="landscapes",
        data__num_labels=13,
        data__num_scenes=3,
        data__height=64,
        data__width=64,
        data__has_instances=True,
        data__flip=False,
    )
    images = images_of(make_dataset(config, "train", 3), 6)
    labels = sorted(image["label_map"].tobytes() for image in images)
    assert labels[0] == labels[1] != labels[2] == labels[3] != labels[4] == labels[5]
    assert images[0]["image"].shape == (64, 64, 3) and "instance_map" in images[0]
    assert num_examples(config, "val") == 64
    validation = images_of(make_dataset(config, "val", 2), 2)
    assert validation[0]["label_map"].tobytes() not in labels


@pytest.mark.skipif(not COCO.is_dir(), reason=f"the COCO-Stuff sample is not at {COCO}")
def test_the_coco_sample():
    config = make_config(
        data__dataset="coco",
        data__root=str(COCO),
        data__num_labels=183,
        data__has_dont_care=True,
        data__has_instances=True,
    )
    batch = next(iter(make_dataset(config, "train", 13)))
    labels = batch["label_map"].numpy()
    assert labels.shape == (13, 256, 256) and labels.max() == 182 and labels.min() == 0
    assert batch["image"].numpy().std() > 0.2
    instances = batch["instance_map"].numpy()
    label_borders = labels[:, :, 1:] != labels[:, :, :-1]
    instance_borders = instances[:, :, 1:] != instances[:, :, :-1]
    # Almost: the counter of things may equal the id of the stuff beside them.
    assert instance_borders[label_borders].mean() > 0.85
    assert instance_borders[:, :, ::-1][label_borders].mean() < 0.2
