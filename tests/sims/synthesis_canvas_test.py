import dataclasses

import numpy as np
import pytest

from spade_tf.sims.build_bank import build_bank
from spade_tf.sims.synthesis_canvas import retrieved_canvas
from tests.sims.small_banks import BLOCK, GROUND, SKY, block_set, layout

NOTHING = 3


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    return build_bank(block_set(root), root / "bank")


def test_the_best_segment_of_each_label(bank):
    # Horizon of picture 4 (row 16), block of picture 0 (columns 0..7).
    label_map = np.full((32, 32), SKY)
    label_map[16:] = GROUND
    label_map[16:24, :8] = BLOCK
    canvas = retrieved_canvas(label_map, bank, NOTHING)
    # Ground of picture 0: 448 of 576 pixels are shared, .78; of picture 4, 384 of 512, .75. It
    # begins at row 12, but is more common than sky and so behind it.
    assert (canvas.pixels[5, 20, 0], canvas.pixels[14, 20, 0]) == (54, 54)
    assert canvas.pixels[28, 20, 0] == 100
    assert canvas.pixels[20, 4, 0] == 150
    np.testing.assert_array_equal(canvas.label_map, label_map)  # nothing disagrees


def test_is_the_same_each_time(bank):
    one, two = (retrieved_canvas(layout(2), bank, NOTHING) for _ in range(2))
    np.testing.assert_array_equal(one.pixels, two.pixels)


def test_disagreement_is_unknown_to_the_network(bank):
    label_map = layout(4)
    label_map[:, 20:] = GROUND  # no picture has it so high
    canvas = retrieved_canvas(label_map, bank, NOTHING)
    disagrees = canvas.label_map != label_map
    assert disagrees.any() and (canvas.label_map[disagrees] == NOTHING).all()


def test_small_segments_are_not_looked_up(bank):
    label_map = np.full((32, 32), NOTHING)
    label_map[20:22, 4:7] = BLOCK  # 6 pixels, 8 are the least
    assert not retrieved_canvas(label_map, bank, NOTHING).valid.any()


def test_pieces_can_be_moved(bank):
    def move(query, piece, label_map):
        assert query.label == piece.label and label_map.shape == (32, 32)
        return dataclasses.replace(piece, top=0) if piece.label == BLOCK else piece

    label_map = layout(0)
    plain, moved = (retrieved_canvas(label_map, bank, NOTHING, m) for m in (None, move))
    assert plain.pixels[3, 4, 0] == 50 and moved.pixels[3, 4, 0] == 150
    assert moved.label_map[3, 4] == NOTHING
