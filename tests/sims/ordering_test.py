from spade_tf.sims.ordering import back_to_front


def test_common_labels_are_behind_rare_ones():
    assert back_to_front([5, 100, 30], labels=[0, 1, 2, 1], areas=[9, 9, 9, 9]) == [1, 3, 2, 0]


def test_of_one_label_large_ones_are_behind():
    assert back_to_front([1, 1], labels=[1, 0, 0], areas=[9, 2, 3]) == [2, 1, 0]


def test_of_nothing():
    assert back_to_front([1, 1], [], []) == []
