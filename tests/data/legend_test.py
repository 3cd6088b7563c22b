"""The picture of colours and names."""

import numpy as np

from spade_tf.data.legend import ROW, legend


def test_a_legend_shows_every_colour_once_in_columns():
    colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    picture = legend(["sky", "sea", "a hill"], colors, width=120)
    assert picture.dtype == np.uint8 and picture.shape == (2 * ROW, 120, 3)
    sizes = [int((picture == color).all(axis=-1).sum()) for color in colors]
    assert sizes == [12 * 12] * 3  # the swatches, without their grey borders
    dark = (picture < 100).all(axis=-1)
    assert dark[:ROW, 25:60].any() and dark[ROW:, 25:60].any()


def test_narrow_and_empty_legends():
    assert legend(["a very long name indeed"], [(1, 2, 3)], width=40).shape == (ROW, 40, 3)
    assert legend([], [], width=64).shape == (ROW, 64, 3)
