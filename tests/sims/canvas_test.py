import numpy as np

from spade_tf.sims.canvas import EMPTY, Piece, border_band, compose, paste

UNKNOWN = 9


def piece(label, top, left, rows, columns):
    """A rectangle of grey level 10 (label + 1)."""
    pixels = np.full((rows, columns, 3), 10 * (label + 1), np.uint8)
    return Piece(label, top, left, np.ones((rows, columns), bool), pixels)


class Never:
    """A generator whose numbers remove no pixel."""

    def random(self, shape):
        return np.ones(shape)


class Always:
    """A generator whose numbers remove every pixel of a band."""

    def random(self, shape):
        return np.zeros(shape)


def test_the_last_piece_is_on_top():
    pixels, owner = paste([piece(0, 0, 0, 2, 3), piece(1, 1, 2, 2, 2)], 3, 5)
    np.testing.assert_array_equal(
        pixels[..., 0], [[10, 10, 10, 0, 0], [10, 10, 20, 20, 0], [0, 0, 20, 20, 0]]
    )
    np.testing.assert_array_equal(owner, [[0, 0, 0, -1, -1], [0, 0, 1, 1, -1], [-1, -1, 1, 1, -1]])
    assert EMPTY == -1


def test_only_the_mask_is_pasted():
    one = Piece(0, 0, 0, np.array([[True, False]]), np.full((1, 2, 3), 7, np.uint8))
    pixels, _ = paste([one], 1, 2)
    assert pixels[0].tolist() == [[7, 7, 7], [0, 0, 0]]


def test_border_band():
    owner = np.array([[0, 0, 0, 1, 1, 1]] * 3)
    np.testing.assert_array_equal(
        border_band(owner, np.full((3, 6), 3))[1], [False, False, True, True, False, False]
    )
    # Each pixel looks as far as its own kernel says; the picture's edge is no border.
    kernel = np.array([[5, 5, 5, 1, 1, 1]] * 3)
    np.testing.assert_array_equal(
        border_band(owner, kernel)[1], [False, True, True, False, False, False]
    )


def composed(layout, pieces, random, thin=()):
    # 0.1 of 30 rows: a kernel of 3 pixels.
    label_map = np.repeat(np.array([layout]), 30, axis=0)
    return compose(pieces, label_map, UNKNOWN, thin, [0.1] * 3, random)


def test_the_layout_is_unknown_where_the_canvas_disagrees():
    canvas = composed([0, 0, 1, 1, 2], [piece(0, 0, 0, 30, 3)], Never())
    assert canvas.label_map[0].tolist() == [0, 0, UNKNOWN, 1, 2]
    assert canvas.pixels[0, :, 0].tolist() == [10, 10, 10, 0, 0]
    assert canvas.valid[0].tolist() == [True, True, True, False, False]


def test_thin_objects_are_left_to_the_network():
    canvas = composed([0, 1, 0, 2, 2], [piece(0, 0, 0, 30, 4)], Never(), thin=[1])
    assert canvas.label_map[0].tolist() == [0, 1, 0, UNKNOWN, 2]
    assert canvas.valid[0].tolist() == [True, False, True, True, False]
    assert canvas.pixels[0, :, 0].tolist() == [10, 0, 10, 10, 0]


def test_borders_are_removed():
    canvas = composed([0, 0, 0, 1, 1], [piece(0, 0, 0, 30, 3), piece(1, 0, 3, 30, 2)], Always())
    assert canvas.valid[0].tolist() == [True, True, False, False, True]
    assert canvas.pixels[0, :, 0].tolist() == [10, 10, 0, 0, 20]
    assert canvas.label_map[0].tolist() == [0, 0, 0, 1, 1]


def test_half_of_a_border_is_removed():
    halves = [piece(0, 0, 0, 30, 200), piece(1, 0, 200, 30, 200)]
    canvas = composed([0] * 200 + [1] * 200, halves, np.random.default_rng(0))
    band = ~canvas.valid[:, 199:201]
    assert band.sum() == (~canvas.valid).sum()
    assert 20 <= band.sum() <= 40  # of 60


def test_nothing_found_leaves_an_empty_canvas():
    canvas = composed([0, 1], [], Never())
    assert not canvas.valid.any() and not canvas.pixels.any()
    assert canvas.label_map[0].tolist() == [0, 1]


def test_as_input():
    inputs = composed([0, 0], [piece(0, 0, 0, 30, 1)], Never()).as_input()
    assert inputs["canvas"].shape == (30, 2, 4) and inputs["canvas"].dtype == np.float32
    np.testing.assert_allclose(inputs["canvas"][0], [[10 / 255] * 3 + [1], [0] * 4])
    assert inputs["canvas_label_map"].dtype == np.int32
