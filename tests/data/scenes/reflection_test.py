"""Mirror rows in columns that can be checked by hand."""

import numpy as np

from spade_tf.data.scenes.reflection import mirror_rows


def rows_of(base: list[float], water: list[int], horizon: float, shift=0.0) -> list[int]:
    """mirror_rows of a picture of one column."""
    mask = np.zeros((len(base), 1), bool)
    mask[water] = True
    return mirror_rows(mask, np.array(base)[:, None], horizon, shift).tolist()


def test_water_mirrors_what_stands_above_its_edge():
    # Rows 0..3 stand on row 4 (the horizon), rows 4..7 are water.
    assert rows_of([4, 4, 4, 4, -1, -1, -1, -1], [4, 5, 6, 7], 4) == [3, 2, 1, 0]


def test_a_strip_of_flat_ground_hides_the_foot_of_the_mirror_image():
    # Row 4 is a beach: the mirror line stays at row 4, so row 5 shows row 2.
    assert rows_of([4, 4, 4, 4, -1, -1, -1, -1], [5, 6, 7], 4) == [2, 1, 0]


def test_above_the_picture_the_mirror_image_folds_back():
    assert rows_of([2, 2, -1, -1, -1], [2, 3, 4], 2) == [1, 0, 1]


def test_an_object_and_what_is_behind_it_have_mirror_lines_of_their_own():
    # Rows 0..5 are sky (horizon 6), rows 6..7 a boulder that stands on row 8, then water.
    # Rows 8 and 9 mirror the boulder; row 10 finds the sky, whose line gives 2 * 6 - 1 - 10 = 1.
    assert rows_of([6, 6, 6, 6, 6, 6, 8, 8, -1, -1, -1], [8, 9, 10], 6) == [7, 6, 1]


def test_water_behind_an_object_mirrors_at_the_horizon():
    # A crown in row 2 stands on row 6, in front of the water in rows 3 and 4.
    assert rows_of([2, 2, 6, -1, -1, -1], [3, 4], 2)[0] == 0


def test_ripples_shift_the_mirror_image():
    assert rows_of([4, 4, 4, 4, -1, -1], [4, 5], 4, np.array([-1.0, 1.0])) == [2, 3]
