import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from spade_tf.data.position_map import position_map as numpy_position_map
from spade_tf.inference.positions import label_components, position_map

SPIRAL = np.array(
    [
        [1, 1, 1, 1, 1, 1],
        [0, 0, 0, 0, 0, 1],
        [1, 1, 1, 1, 0, 1],
        [1, 0, 0, 1, 0, 1],
        [1, 0, 0, 0, 0, 1],
        [1, 1, 1, 1, 1, 1],
    ],
    np.int32,
)


def test_corners_connect_and_a_spiral_is_one():
    diagonal = np.array([[[0, 1], [1, 0]]], np.int32)
    assert label_components(diagonal).numpy().tolist() == [[[0, 1], [1, 0]]]
    assert np.unique(label_components(SPIRAL[np.newaxis])).size == 2


@pytest.mark.parametrize("dont_care", [None, 1])
@given(
    label_map=st_np.arrays(
        np.int32,
        st.tuples(st.integers(1, 3), st.integers(1, 12), st.integers(1, 12)),
        elements=st.integers(0, 2),
    )
)
@settings(max_examples=40, deadline=None)
def test_positions_are_those_of_the_data_pipeline(dont_care, label_map):
    expected = np.stack([numpy_position_map(one, dont_care) for one in label_map])
    found = position_map(tf.constant(label_map), dont_care).numpy()
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_scene_of_usual_size():
    rng = np.random.default_rng(0)
    label_map = rng.integers(0, 5, (2, 24, 32)).repeat(8, 1).repeat(8, 2).astype(np.int32)
    expected = np.stack([numpy_position_map(one) for one in label_map])
    np.testing.assert_allclose(tf.function(position_map)(label_map), expected, atol=1e-5)
