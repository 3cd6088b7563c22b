import numpy as np
import pytest

from spade_tf.sims import corruption
from spade_tf.sims.build_bank import build_bank
from spade_tf.sims.corruption import corrupted_canvas, jittered
from spade_tf.sims.segments import find_segments
from tests.sims.small_banks import BLOCK, GROUND, block_set, layout, photograph

NOTHING = 3


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    return build_bank(block_set(root), root / "bank")


def canvas(bank, seed, number=0):
    return corrupted_canvas(layout(number), photograph(number), bank, number, NOTHING, [0, seed])


@pytest.fixture
def wide_borders(monkeypatch):
    """Bands of 3 pixels; 5 % of 32 rows is only one pixel, which has no neighbours."""
    monkeypatch.setattr("spade_tf.sims.sizes.TRAINING_BORDER", 0.1)


def test_follows_from_the_seed(bank, wide_borders):
    one, same, other = canvas(bank, 1), canvas(bank, 1), canvas(bank, 2)
    np.testing.assert_array_equal(one.pixels, same.pixels)
    np.testing.assert_array_equal(one.label_map, same.label_map)
    assert (one.valid != other.valid).any() and (one.label_map != other.label_map).any()


def test_own_pixels_in_the_best_other_outline(bank, monkeypatch):
    monkeypatch.setattr(corruption, "RECOLORED_SHARE", 0)
    found = canvas(bank, 0)
    # Picture 0's horizon is at row 12, its nearest neighbour's, picture 1's, at 13.
    np.testing.assert_array_equal(found.pixels[:, 31, 0] // 50, [1] * 12 + [0] + [2] * 19)
    assert np.flatnonzero(~found.valid[:, 31]).tolist() == [12]
    valid = found.valid
    np.testing.assert_array_equal(found.pixels[valid], photograph(0)[valid])
    # The block is at columns 0..7 here and 2..9 there.
    assert not valid[17:23, 0].any() and valid[17:23, 4].all()


def test_half_of_the_border_band_is_white(bank, wide_borders):
    found = canvas(bank, 0)
    white = (found.pixels == 255).all(axis=-1)
    # Row 12 is empty, so rows 11 and 13 are borders; 10 and 14 are not.
    assert 0.2 < white[[11, 13], 12:].mean() < 0.8
    assert not white[[10, 12, 14], 12:].any()
    assert not found.valid[white].any() and found.valid[10, 12:].all()


def test_a_fifth_takes_over_the_others_colours(bank, monkeypatch):
    query = next(s for s in find_segments(layout(0)) if s.label == BLOCK)
    recolored = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        piece = corruption.corrupted_piece(query, photograph(0), bank, np.array([1]), random)
        # The block is grey level 150 in picture 0 and 151 in picture 1.
        assert set(np.unique(piece.pixels[piece.mask][:, 0])) <= {150, 151}
        recolored += (piece.pixels[piece.mask][:, 0] == 151).all()
    assert 10 <= recolored <= 30


def test_without_other_images_of_a_label_there_is_a_hole(bank):
    query = next(s for s in find_segments(layout(0)) if s.label == GROUND)
    random = np.random.default_rng(0)
    assert corruption.corrupted_piece(query, photograph(0), bank, np.array([], int), random) is None


def test_the_layout_is_forgotten_near_its_borders():
    label_map = np.repeat([[0, 1]], 50, axis=1).reshape(1, 100).repeat(100, axis=0)
    edited = [jittered(label_map, NOTHING, np.random.default_rng(seed)) for seed in range(20)]
    for one in edited:
        known = one != NOTHING
        np.testing.assert_array_equal(one[known], label_map[known])
        # tan(2.5 degrees) of 50 rows, and one more: at most about 3.2 columns either way.
        assert known[:, :46].all() and known[:, 54:].all()
    assert sum((one == NOTHING).any() for one in edited) >= 18
