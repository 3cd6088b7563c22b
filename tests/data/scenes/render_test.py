"""Whole scenes: sizes, determinism, instances within labels, class frequencies, styles."""

import zlib

import numpy as np
import pytest

from spade_tf.data.scenes import LABEL_NAMES, PALETTE, labels, render_scene
from spade_tf.data.scenes.styles import SEASONS, TIMES
from spade_tf.errors import UserError


@pytest.fixture(scope="module")
def scenes():
    return [render_scene(seed, 64, 64) for seed in range(60)]


def test_names_and_colours_are_one_a_class_and_distinct():
    assert len(LABEL_NAMES) == len(PALETTE) == labels.BUILDING + 1 == 13
    assert len(set(LABEL_NAMES)) == len(set(PALETTE)) == 13
    assert LABEL_NAMES[labels.WATER] == "water" and LABEL_NAMES[labels.FLOWERS] == "flowers"


@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 128), (96, 64), (16, 40)])
def test_shapes_and_types(height, width):
    scene = render_scene(3, height, width)
    assert scene.label_map.shape == scene.instance_map.shape == (height, width)
    assert scene.image.shape == (height, width, 3)
    assert scene.label_map.dtype == scene.image.dtype == np.uint8
    assert scene.instance_map.dtype == np.int32
    assert scene.label_map.max() < len(LABEL_NAMES)


def test_a_seed_paints_the_same_scene_again():
    first, second = render_scene(12, 64, 80), render_scene(12, 64, 80)
    np.testing.assert_array_equal(first.label_map, second.label_map)
    np.testing.assert_array_equal(first.instance_map, second.instance_map)
    np.testing.assert_array_equal(first.image, second.image)


STORED = [
    (0, 1_677_837_146, 112.35),
    (7, 3_121_127_302, 143.75),
    (1_000_011, 4_183_007_091, 144.57),
]


@pytest.mark.parametrize(("seed", "crc", "mean"), STORED)
def test_stored_scenes_do_not_change(seed, crc, mean):
    scene = render_scene(seed, 64, 64)
    assert zlib.crc32(scene.label_map.tobytes()) == crc
    assert scene.image.mean() == pytest.approx(mean, abs=0.05)


def test_different_seeds_differ(scenes):
    assert len({zlib.crc32(scene.label_map.tobytes()) for scene in scenes}) == len(scenes)


def test_every_class_is_in_a_quarter_of_the_scenes(scenes):
    present = [np.bincount(scene.label_map.ravel(), minlength=13) >= 8 for scene in scenes]
    frequency = dict(zip(LABEL_NAMES, np.mean(present, axis=0), strict=True))
    assert min(frequency.values()) >= 0.25, frequency
    assert frequency["mountain"] < 0.8 and frequency["water"] < 0.8, "layouts should vary"


def test_no_class_is_a_sliver_and_none_fills_the_pictures(scenes):
    share = np.mean([np.bincount(s.label_map.ravel(), minlength=13) for s in scenes], axis=0) / 4096
    assert share.min() > 0.01 and share.max() < 0.35, share


def test_every_instance_has_one_label_and_sprites_have_many_instances(scenes):
    sprites = {labels.TREE: 0, labels.CLOUD: 0, labels.BUILDING: 0, labels.ROCK: 0}
    for scene in scenes:
        pairs = np.unique(np.stack([scene.instance_map.ravel(), scene.label_map.ravel()]), axis=1)
        assert len(np.unique(pairs[0])) == pairs.shape[1]
        for label in sprites:
            sprites[label] = max(sprites[label], int((pairs[1] == label).sum()))
    assert min(sprites.values()) >= 3, sprites


@pytest.mark.parametrize("seed", [0, 2, 9, 14, 22])
def test_the_composition_does_not_depend_on_the_size(seed):
    small, large = render_scene(seed, 64, 64), render_scene(seed, 192, 192)
    assert (large.label_map[1::3, 1::3] == small.label_map).mean() > 0.9
    means = [scene.image.reshape(-1, 3).mean(axis=0) for scene in (small, large)]
    np.testing.assert_allclose(means[0], means[1], atol=4)


def test_the_time_of_day_changes_the_light_but_not_the_layout():
    noon, dusk = render_scene(4, 64, 64, time="noon"), render_scene(4, 64, 64, time="dusk")
    np.testing.assert_array_equal(noon.label_map, dusk.label_map)
    assert noon.image.mean() > dusk.image.mean() + 20


@pytest.mark.parametrize("season", sorted(SEASONS))
@pytest.mark.parametrize("time", sorted(TIMES))
def test_every_style_is_well_exposed(time, season):
    scene = render_scene(2, 64, 64, time=time, season=season)
    assert 40 < scene.image.mean() < 215
    assert (scene.image == 255).all(axis=-1).mean() < 0.2
    assert (scene.image == 0).all(axis=-1).mean() < 0.02


def test_the_classes_have_colours_of_their_own():
    means = {}
    for seed in range(30):
        scene = render_scene(seed, 64, 64, time="noon", season="summer")
        for label in np.unique(scene.label_map):
            pixels = scene.image[scene.label_map == label].astype(float)
            means.setdefault(int(label), []).append(pixels.mean(axis=0))
    colour = {LABEL_NAMES[label]: np.mean(rows, axis=0) for label, rows in means.items()}
    assert colour["grass"].argmax() == colour["tree"].argmax() == 1
    assert colour["sky"].argmax() == colour["water"].argmax() == 2
    assert colour["sand"].argmax() == 0
    assert colour["water"].mean() < colour["sky"].mean()
    assert colour["snow"].min() > colour["mountain"].max()


def test_bad_arguments_are_named():
    with pytest.raises(UserError, match="seed -1"):
        render_scene(-1, 64, 64)
    with pytest.raises(UserError, match="8 x 64"):
        render_scene(0, 8, 64)
    with pytest.raises(UserError, match="'midnight'.*noon"):
        render_scene(0, 64, 64, time="midnight")
    with pytest.raises(UserError, match="'spring'.*summer"):
        render_scene(0, 64, 64, season="spring")
