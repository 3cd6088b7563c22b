"""Scaling, crop, flip and rotation of whole examples."""

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from spade_tf.data import transforms
from spade_tf.data.transforms import Cut
from tests.data.small_sets import make_maps, paint


def as_tensors(maps):
    return {key: tf.constant(value) for key, value in maps.items()}


def assert_aligned(example):
    expected = paint(example["label_map"].numpy(), example["instance_map"].numpy())
    np.testing.assert_array_equal(example["image"].numpy(), expected)


@pytest.mark.parametrize(
    ("preprocess", "target", "size", "training", "validation"),
    [
        ("resize_and_crop", (256, 256), (480, 640), (286, 286), (256, 256)),
        ("resize_and_crop", (256, 512), (480, 640), (286, 572), (256, 512)),
        ("crop", (256, 256), (480, 640), (480, 640), (480, 640)),
        ("scale_width", (256, 256), (480, 640), (214, 286), (192, 256)),
        ("scale_width_and_crop", (256, 256), (640, 480), (381, 286), (341, 256)),
        ("scale_shortside", (256, 256), (480, 640), (286, 381), (256, 341)),
        ("scale_shortside_and_crop", (256, 256), (640, 480), (381, 286), (341, 256)),
        ("scale_shortside_and_crop", (256, 512), (480, 640), (286, 381), (384, 512)),
        ("fixed", (256, 512), (1024, 2048), (256, 512), (256, 512)),
        ("none", (256, 512), (250, 500), (256, 512), (256, 512)),
    ],
)
def test_scaled_sizes(preprocess, target, size, training, validation):
    for is_training, expected in ((True, training), (False, validation)):
        cut = Cut(preprocess, 286, *target, is_training)
        assert tuple(map(int, transforms.scaled_size(*size, cut))) == expected
        tensors = transforms.scaled_size(tf.constant(size[0]), tf.constant(size[1]), cut)
        assert tuple(map(int, tensors)) == expected


def test_only_modes_that_crop_take_larger_files():
    exact, cropping = Cut("scale_width", 64, 48, 64, True), Cut("crop", 64, 48, 64, True)
    assert transforms.can_crop(48, 64, exact) and not transforms.can_crop(50, 64, exact)
    assert transforms.can_crop(50, 64, cropping) and not transforms.can_crop(50, 63, cropping)


@hypothesis.given(
    before=st.tuples(st.integers(1, 60), st.integers(1, 60)),
    after=st.tuples(st.integers(1, 60), st.integers(1, 60)),
)
@hypothesis.settings(max_examples=50, deadline=None)
def test_nearest_reads_the_pixel_under_the_centre(before, after):
    ids = np.arange(before[0] * before[1], dtype=np.uint16).reshape(before)
    rows = [int((i + 0.5) * before[0] / after[0] + 1e-9) for i in range(after[0])]
    columns = [int((j + 0.5) * before[1] / after[1] + 1e-9) for j in range(after[1])]
    resized = transforms.resize_nearest(tf.constant(ids), *after).numpy()
    np.testing.assert_array_equal(resized, ids[rows][:, columns])


def test_resizing_agrees_with_pil():
    # Of an odd number of pixels no centre falls on a border, where PIL's rounding errors decide.
    maps = make_maps(0, 47, 63)
    pil_ids = Image.fromarray(maps["label_map"]).resize((45, 37), Image.Resampling.NEAREST)
    resized = transforms.resize_nearest(tf.constant(maps["label_map"]), 37, 45)
    np.testing.assert_array_equal(resized, np.asarray(pil_ids))
    noise = np.random.default_rng(0).integers(0, 256, (47, 63, 3)).astype(np.uint8)
    for width, height in ((45, 37), (90, 70)):
        pil_image = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        image = transforms.resize_bicubic(tf.constant(noise), height, width)
        # PIL also rounds and clips between the axes; bilinear scaling would be 7 off.
        assert np.abs(image.numpy().astype(int) - np.asarray(pil_image)).mean() < 0.6


@hypothesis.given(data=st.data(), mirrored=st.booleans())
@hypothesis.settings(max_examples=30, deadline=None)
def test_crop_and_flip_move_everything_together(data, mirrored):
    rows, columns = data.draw(st.integers(8, 30)), data.draw(st.integers(8, 30))
    height, width = data.draw(st.integers(1, rows)), data.draw(st.integers(1, columns))
    top = data.draw(st.integers(0, rows - height))
    left = data.draw(st.integers(0, columns - width))
    maps = make_maps(1, rows, columns)
    cropped = transforms.crop(as_tensors(maps), top, left, height, width)
    example = transforms.flip(cropped, tf.constant(mirrored))
    assert_aligned(example)
    window = maps["label_map"][top : top + height, left : left + width]
    np.testing.assert_array_equal(example["label_map"], window[:, ::-1] if mirrored else window)


def test_flip_mirrors_left_and_right():
    example = {"label_map": tf.constant([[1, 2, 3], [4, 5, 6]])}
    flipped = transforms.flip(example, tf.constant(True))
    assert flipped["label_map"].numpy().tolist() == [[3, 2, 1], [6, 5, 4]]


def test_a_quarter_turn_counter_clockwise():
    maps = make_maps(2, 6, 6)
    example = transforms.rotate(as_tensors(maps), tf.constant(90.0), None)
    assert_aligned(example)
    np.testing.assert_array_equal(example["label_map"], np.rot90(maps["label_map"]))
    assert example["instance_map"].dtype == tf.uint16


def test_no_turn_changes_nothing():
    maps = make_maps(3, 5, 8)
    example = transforms.rotate(as_tensors(maps), tf.constant(0.0), 9)
    for key, value in maps.items():
        np.testing.assert_array_equal(example[key], value)


def test_what_a_turn_brings_in_from_outside():
    maps = make_maps(4, 16, 16)
    turned = transforms.rotate(as_tensors(maps), tf.constant(45.0), 9)
    assert turned["label_map"].numpy()[0, 0] == 9 and turned["label_map"].numpy()[8, 8] != 9
    assert turned["instance_map"].numpy()[0, 0] == 0
    mirrored = transforms.rotate(as_tensors(maps), tf.constant(45.0), None)
    assert set(np.unique(mirrored["label_map"])) <= set(range(5))
    assert (mirrored["label_map"].numpy()[:3, :3] != 0).any()
