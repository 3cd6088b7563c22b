import numpy as np

from spade_tf.sims.segments import Segment, find_segments, intersection_over_union

HOUSE, POLE, SKY, NOTHING = range(4)

STREET = np.array(
    [
        [2, 2, 1, 2, 2, 3],
        [0, 0, 1, 0, 0, 3],
        [0, 0, 1, 0, 0, 3],
        [3, 3, 1, 3, 3, 0],
    ]
)
"""A pole before a house and the sky; a bit of house in the corner, which touches by its corner."""


def rectangle(top, left, rows, columns, label=0):
    full = np.ones((rows, columns), bool)
    return Segment(label, top, left, full, full)


class TestFindSegments:
    def test_components_with_boxes(self):
        found = find_segments(STREET, nothing=NOTHING)
        # The pole cuts house and sky in two; (3, 5) touches (2, 4): eight neighbours.
        assert [(s.label, s.top, s.left, s.area) for s in found] == [
            (HOUSE, 1, 0, 4),
            (HOUSE, 1, 3, 5),
            (POLE, 0, 2, 4),
            (SKY, 0, 0, 2),
            (SKY, 0, 3, 2),
        ]
        corner = found[1]
        np.testing.assert_array_equal(corner.mask, [[1, 1, 0], [1, 1, 0], [0, 0, 1]])
        np.testing.assert_array_equal(STREET[corner.box][corner.mask], HOUSE)

    def test_thin_labels_do_not_cut(self):
        house, pole = find_segments(STREET, nothing=NOTHING, thin=[POLE])[:2]
        assert (house.top, house.left, house.area) == (0, 0, 9 + 4)
        assert np.count_nonzero(house.mask) == 9
        assert (pole.label, pole.area) == (POLE, 4)

    def test_mostly_thin_components_are_dropped(self):
        # With the pole, the sky is 4 of its 8 pixels: not more than half.
        labels = [s.label for s in find_segments(STREET, nothing=NOTHING, thin=[POLE])]
        assert labels == [HOUSE, POLE]

    def test_small_ones_are_left_out(self):
        assert [s.area for s in find_segments(STREET, NOTHING, min_area=5)] == [5]

    def test_on_the_whole_picture(self):
        whole = rectangle(1, 2, 2, 3).on(4, 6)
        assert whole.sum() == 6 and whole[1:3, 2:5].all()


class TestIntersectionOverUnion:
    def test_rectangles(self):
        # 2x3 and 3x2 that share 1x2: 2 / (6 + 6 - 2).
        assert intersection_over_union(rectangle(0, 0, 2, 3), rectangle(1, 1, 3, 2)) == 0.2

    def test_the_same_in_another_place(self):
        assert intersection_over_union(rectangle(0, 0, 2, 2), rectangle(0, 0, 2, 2)) == 1
        assert intersection_over_union(rectangle(0, 0, 2, 2), rectangle(0, 2, 2, 2)) == 0
        assert intersection_over_union(rectangle(0, 0, 2, 2), rectangle(5, 0, 2, 2)) == 0

    def test_boxes_that_meet_without_a_pixel(self):
        corner = np.array([[1, 0], [0, 0]], bool)
        one = Segment(0, 0, 0, corner, corner)
        assert intersection_over_union(one, rectangle(1, 1, 1, 1)) == 0
        assert intersection_over_union(one, rectangle(0, 0, 1, 2)) == 0.5
