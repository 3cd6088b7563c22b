import numpy as np

from spade_tf.models.feature_clusters import FeatureClusters

DRAWS = 1000


def clusters():
    layer = FeatureClusters(num_labels=3, num_clusters=10, channels=1)
    layer.build(None)
    layer.centres.assign(np.arange(30)[:, None])  # label 0 has 0..9, label 1 10..19, ...
    return layer


def chosen(label_map, instance_map, z):
    inputs = {"label_map": label_map, "instance_map": instance_map, "z": z}
    maps = {key: np.int32(value) for key, value in inputs.items() if key != "z"}
    return np.asarray(clusters()({**maps, "z": np.float32(z)}))[..., 0]


def test_every_pixel_of_an_instance_gets_one_of_the_clusters_of_its_label():
    z = [[0.1, -1, 2]]
    labels = [[[0, 0, 1, 1], [2, 2, 2, 2]]]
    instances = [[[5, 5, 6, 6], [7, 7, 8, 8]]]
    values = chosen(labels, instances, z)[0]
    assert [v // 10 for v in values[0]] == [0, 0, 1, 1]
    assert [v // 10 for v in values[1]] == [2, 2, 2, 2]
    assert values[0, 0] == values[0, 1] and values[1, 0] == values[1, 1]
    assert values[1, 1] != values[1, 2]  # another instance of the same label
    np.testing.assert_array_equal(chosen(labels, instances, z)[0], values)


def test_each_label_reads_a_number_of_its_own():
    draw = np.random.default_rng(0).normal(size=(50, 3))
    moved = draw + [0, 0, 3]
    maps = np.tile(np.int32([[[0, 1, 2]]]), (50, 1, 1))
    before, after = (chosen(maps, 0 * maps, z) for z in (draw, moved))
    np.testing.assert_array_equal(before[..., :2], after[..., :2])
    assert (before[..., 2] != after[..., 2]).mean() > 0.8


def test_all_clusters_are_about_as_likely():
    z = np.random.default_rng(0).normal(size=(DRAWS, 1))
    maps = np.ones((DRAWS, 1, 1), np.int32)
    counts = np.bincount(np.int64(chosen(maps, 4 * maps, z).ravel()) - 10, minlength=10)
    assert len(counts) == 10
    # Each is drawn 100 times, give or take 3 deviations of 9.5 and the 1 % that sigmoid is off.
    assert 60 < counts.min() and counts.max() < 140
