import numpy as np

from spade_tf.sims.displacement import displaced_segment

NOTHING = 3


def block():
    """A block of label 1 and grey level 255, 16x20, in nothing."""
    label_map = np.full((64, 64), NOTHING)
    label_map[20:36, 12:32] = 1
    image = np.where(label_map == 1, 255, 90)[..., np.newaxis].repeat(3, axis=-1)
    return label_map, image.astype(np.uint8)


def test_a_segment_is_moved_and_scaled_a_little():
    label_map, image = block()
    sizes, places = [], []
    for seed in range(30):
        pair = displaced_segment(label_map, image, NOTHING, [0, seed])
        np.testing.assert_array_equal(pair[..., 3], label_map == 1)
        inside = pair[..., 0] > 0.5
        rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
        sizes.append((len(rows), len(columns)))
        places.append((rows.mean(), columns.mean()))
    # 0.9 to 1.1 of 16 and 20; the middle of rows 20..35 is 27.5, moved by up to 0.5.
    assert 14 <= min(sizes)[0] and max(sizes)[0] <= 18 and len(set(sizes)) > 3
    moved = np.array(places) - [27.5, 21.5]
    assert np.abs(moved).max(axis=0)[0] <= 1 and np.abs(moved).max(axis=0)[1] <= 1.2
    assert np.abs(moved).max() > 0


def test_follows_from_the_seed():
    one, same, other = (displaced_segment(*block(), NOTHING, [seed]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_without_a_large_segment():
    label_map, image = block()
    assert not displaced_segment(np.full_like(label_map, NOTHING), image, NOTHING, [0]).any()
