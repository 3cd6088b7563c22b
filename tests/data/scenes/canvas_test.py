"""Windows and painting on a canvas of 4 x 8 pixels, whose pixels are 0.25 wide."""

import numpy as np

from spade_tf.data.scenes import labels
from spade_tf.data.scenes.canvas import Canvas


def test_coordinates_are_pixel_centres_in_picture_heights():
    canvas = Canvas(4, 8)
    np.testing.assert_allclose(canvas.y, [0.125, 0.375, 0.625, 0.875])
    np.testing.assert_allclose(canvas.x[[0, -1]], [0.125, 1.875])


def test_a_window_covers_its_rectangle_and_is_cut_at_the_border():
    canvas = Canvas(4, 8)
    rows, columns = canvas.window(0.3, 0.6, -1.0, 0.2)
    assert canvas.y[rows][0] < 0.3 + 0.25 and canvas.y[rows][-1] > 0.6 - 0.25
    assert columns.start == 0 and columns.stop < 8
    assert canvas.window(0.0, 1.0, 2.1, 2.5) is None
    assert canvas.window(1.2, 1.5, 0.0, 1.0) is None


def test_painting_touches_masked_pixels_of_the_window_only():
    canvas = Canvas(4, 8)
    mask = np.array([[True, False], [True, True]])
    window = (slice(1, 3), slice(2, 4))
    canvas.paint(window, mask, label=labels.TREE, light=np.array([[0.1, 0.2], [0.3, 0.4]]))
    assert (canvas.label == labels.TREE).sum() == 3 and canvas.label[1, 3] == labels.SKY
    np.testing.assert_allclose(canvas.light[1:3, 2:4], [[0.1, 1], [0.3, 0.4]], rtol=1e-6)


def test_instance_ids_are_never_used_twice():
    canvas = Canvas(4, 8)
    assert [canvas.next_instance() for _ in range(3)] == [1, 2, 3]
