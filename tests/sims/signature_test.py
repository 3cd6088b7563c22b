import numpy as np

from spade_tf.sims.signature import WORDS, signature, similarity


def bits(mask):
    return int(np.bitwise_count(signature(mask)).sum())


def test_a_bit_for_each_passed_level():
    mask = np.zeros((64, 64), bool)  # cells of 4x4 pixels
    for pixels, levels in ((2, 0), (3, 1), (6, 1), (7, 2), (11, 3), (14, 3), (15, 4), (16, 4)):
        mask[:] = False
        mask[8:12, 4:8].flat[:pixels] = True  # a copy: write it back
        cell = np.zeros(16, bool)
        cell[:pixels] = True
        mask[8:12, 4:8] = cell.reshape(4, 4)
        assert bits(mask) == levels, pixels


def test_cells_of_a_size_that_16_does_not_divide():
    assert bits(np.ones((17, 37), bool)) == 16 * 16 * 4
    assert signature(np.ones((17, 37), bool)).shape == (WORDS,)


def test_similarity_of_whole_cells_is_their_intersection_over_union():
    a, b = np.zeros((2, 32, 32), bool)  # cells of 2x2
    a[:8, :12] = True  # 4 x 6 cells
    b[4:12, :12] = True  # the same, two cells lower: 2 x 6 shared of 6 x 6
    many = np.stack([signature(a), signature(b), signature(np.zeros_like(a))])
    np.testing.assert_allclose(similarity(signature(a), many), [1, 12 / 36, 0])


def test_nothing_is_similar_to_nothing():
    empty = signature(np.zeros((32, 32), bool))
    assert similarity(empty, empty[np.newaxis]) == [0]
