"""Class-relative positions."""

import hypothesis
import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np

from spade_tf.data.position_map import label_components, position_map

LABEL_MAPS = hnp.arrays(
    np.int32,
    st.tuples(st.integers(1, 9), st.integers(1, 9)),
    elements=st.integers(0, 3),
)


def by_flooding(label_map):
    """Component numbers by the definition: spread to the eight neighbours of the same label."""
    components = np.full(label_map.shape, -1)
    count = 0
    for start in np.ndindex(label_map.shape):
        if components[start] >= 0:
            continue
        components[start], border = count, [start]
        while border:
            row, column = border.pop()
            for near in np.ndindex(3, 3):
                place = (row + near[0] - 1, column + near[1] - 1)
                inside = all(0 <= p < n for p, n in zip(place, label_map.shape, strict=True))
                if inside and components[place] < 0 and label_map[place] == label_map[start]:
                    components[place] = count
                    border.append(place)
        count += 1
    return components


def by_definition(label_map):
    positions = np.zeros((*label_map.shape, 2))
    components = by_flooding(label_map)
    for number in range(components.max() + 1):
        places = np.argwhere(components == number)
        offsets = places - places.mean(axis=0)
        positions[tuple(places.T)] = offsets / (np.abs(offsets).max(axis=0) + 1e-5)
    return positions


def test_by_hand():
    label_map = np.array([[0, 0, 0], [1, 0, 1], [1, 1, 1]])
    # Label 0: rows 0 0 0 1 (mean 1/4), columns 0 1 2 1 (mean 1).
    # Label 1: rows 1 1 2 2 2 (mean 8/5), columns 0 2 0 1 2 (mean 1).
    rows = [[-1 / 3, -1 / 3, -1 / 3], [-1, 1, -1], [2 / 3, 2 / 3, 2 / 3]]
    columns = [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]]
    positions = position_map(label_map)
    assert positions.dtype == np.float32 and positions.shape == (3, 3, 2)
    np.testing.assert_allclose(positions[..., 0], rows, atol=3e-5)
    np.testing.assert_allclose(positions[..., 1], columns, atol=3e-5)


def test_components_of_a_label_have_positions_of_their_own():
    positions = position_map(np.array([[5, 5, 5, 2, 5]]))
    np.testing.assert_allclose(positions[0, :, 1], [-1, 0, 1, 0, 0], atol=2e-5)
    np.testing.assert_array_equal(positions[0, :, 0], np.zeros(5))


def test_diagonal_neighbours_are_one_component():
    components = label_components(np.array([[1, 0], [0, 1]]))
    assert components[0, 0] == components[1, 1] != components[0, 1] == components[1, 0]


def test_dont_care_is_no_object():
    positions = position_map(np.array([[7, 7, 7], [0, 0, 0]]), dont_care=7)
    np.testing.assert_array_equal(positions[0], np.zeros((3, 2)))
    np.testing.assert_allclose(positions[1, :, 1], [-1, 0, 1], atol=2e-5)


@hypothesis.given(LABEL_MAPS)
@hypothesis.settings(max_examples=60, deadline=None)
def test_equals_the_definition(label_map):
    np.testing.assert_allclose(position_map(label_map), by_definition(label_map), atol=1e-5)


@hypothesis.given(LABEL_MAPS)
@hypothesis.settings(max_examples=60, deadline=None)
def test_a_mirrored_map_has_mirrored_positions_with_columns_negated(label_map):
    mirrored = position_map(np.ascontiguousarray(label_map[:, ::-1]))
    np.testing.assert_allclose(
        mirrored, position_map(label_map)[:, ::-1] * np.float32([1, -1]), atol=1e-6
    )
