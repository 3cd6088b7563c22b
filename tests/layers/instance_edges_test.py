import numpy as np

from spade_tf.layers import instance_edges


def edges_of(rows):
    return np.array(instance_edges(np.array([rows], "int32")))[0, :, :, 0].tolist()


def test_both_sides_of_a_border_are_marked():
    assert edges_of([[1, 1, 2, 2]]) == [[0, 1, 1, 0]]
    assert edges_of([[1], [1], [2], [2]]) == [[0], [1], [1], [0]]


def test_diagonal_neighbours_do_not_count():
    assert edges_of([[0, 0, 0], [0, 7, 0], [0, 0, 0]]) == [[0, 1, 0], [1, 1, 1], [0, 1, 0]]


def test_image_border_is_no_edge():
    assert edges_of([[5, 5], [5, 5]]) == [[0, 0], [0, 0]]


def test_images_of_a_batch_do_not_mix():
    edges = instance_edges(np.array([[[1, 1]], [[2, 2]]], "int32"))
    assert edges.shape == (2, 1, 2, 1)
    assert edges.dtype == "float32"
    assert not np.array(edges).any()
