import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import LayoutPyramid, resize_nearest


@pytest.mark.parametrize(
    ("source", "size", "picked"),
    [
        (4, 2, [0, 2]),
        (8, 2, [0, 4]),
        (5, 3, [0, 1, 3]),  # floor(0), floor(1.67), floor(3.33)
        (7, 4, [0, 1, 3, 5]),  # floor(0), floor(1.75), floor(3.5), floor(5.25)
        (2, 4, [0, 0, 1, 1]),
        (3, 3, [0, 1, 2]),
    ],
)
def test_nearest_picks_the_floor_of_the_scaled_index(source, size, picked):
    column = np.arange(source, dtype="int32").reshape(1, source, 1)
    assert np.array(resize_nearest(column, size, 1)).ravel().tolist() == picked
    row = column.reshape(1, 1, source)
    assert np.array(resize_nearest(row, 1, size)).ravel().tolist() == picked


def test_nearest_with_sizes_known_only_in_the_graph():
    @tf.function(
        input_signature=[tf.TensorSpec([None] * 3, tf.int32), tf.TensorSpec([2], tf.int32)]
    )
    def resize(labels, size):
        return LayoutPyramid(labels, 100).labels(size[0], size[1])

    labels = np.arange(20, dtype="int32").reshape(1, 5, 4)
    assert resize(labels, [3, 2]).numpy().tolist() == [[[0, 2], [4, 6], [12, 14]]]


def test_labels_and_one_hot():
    pyramid = LayoutPyramid(np.array([[[0, 2], [1, 0]]], "uint8"), num_labels=3)
    assert pyramid.labels(2, 2).dtype == "int32"
    assert np.array(pyramid.labels(1, 1)).tolist() == [[[0]]]
    assert np.array(pyramid.one_hot(2, 2)).tolist() == [
        [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [1, 0, 0]]]
    ]
    assert pyramid.one_hot(2, 2, "float16").dtype == "float16"


def test_id_out_of_range_has_no_channel():
    pyramid = LayoutPyramid(np.array([[[3, -1]]]), num_labels=3)
    assert not np.array(pyramid.one_hot(1, 2)).any()


def test_edges_are_found_at_full_size():
    # At full size 0 1 1 0, of which the first and third are picked; the edges of the picked
    # ids 1 2 would be 1 1.
    pyramid = LayoutPyramid(np.zeros((1, 1, 4), "int32"), 1, np.array([[[1, 1, 2, 2]]]))
    assert np.array(pyramid.edges(1, 4)).ravel().tolist() == [0, 1, 1, 0]
    assert np.array(pyramid.edges(1, 2)).ravel().tolist() == [0, 1]


def test_condition_is_one_hot_then_edges():
    pyramid = LayoutPyramid(np.array([[[0, 1, 1]]]), 2, np.array([[[5, 5, 6]]]))
    condition = pyramid.condition(1, 3, "float16")
    assert np.array(condition).tolist() == [[[[1, 0, 0], [0, 1, 1], [0, 1, 1]]]]
    assert condition.dtype == "float16"


def test_without_maps():
    pyramid = LayoutPyramid(np.array([[[0, 1]]]), 2)
    assert not pyramid.has_instances
    assert not pyramid.has_positions
    assert pyramid.edges(1, 2) is None
    assert pyramid.positions(1, 2) is None
    assert pyramid.condition(1, 2).shape == (1, 1, 2, 2)


def test_positions_are_picked_not_averaged():
    position = np.arange(8, dtype="float32").reshape(1, 2, 2, 2) / 8
    pyramid = LayoutPyramid(np.zeros((1, 2, 2), "int32"), 1, position_map=position)
    assert np.array(pyramid.positions(1, 2)).tolist() == [[[[0, 0.125], [0.25, 0.375]]]]


def test_each_resolution_is_computed_once():
    labels = np.zeros((1, 4, 4), "int32")
    pyramid = LayoutPyramid(labels, 2, labels, np.zeros((1, 4, 4, 2), "float32"))
    for read in (
        pyramid.labels,
        pyramid.one_hot,
        pyramid.edges,
        pyramid.positions,
        pyramid.condition,
    ):
        assert read(2, 2) is read(2, 2)
        assert read(2, 2) is not read(4, 4)


def test_sizes_known_only_in_the_graph_are_the_same_if_they_are_the_same_tensor():
    pyramid = LayoutPyramid(np.arange(4).reshape(1, 2, 2), 4)
    one, other = np.array(1), np.array(2)
    assert pyramid.labels(one, one) is pyramid.labels(one, one)
    assert np.array(pyramid.labels(one, one)).tolist() == [[[0]]]
    assert np.array(pyramid.labels(other, other)).tolist() == [[[0, 1], [2, 3]]]
