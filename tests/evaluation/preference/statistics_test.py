import numpy as np
import pytest

from spade_tf.evaluation.preference.statistics import (
    by_cluster,
    cluster_bootstrap,
    krippendorff_alpha,
    pairwise_agreement,
    wilson_interval,
)


def test_wilson_interval():
    # z^2 = 3.8415: middle (0.8 + 3.8415/20) / (1 + 3.8415/10) = 0.71674,
    # half 1.96 sqrt(0.8 * 0.2 / 10 + 3.8415/400) / 1.38415 = 0.22658.
    assert wilson_interval(8, 10) == pytest.approx((0.49016, 0.94332), abs=1e-5)
    # Of 0 in n the upper end is z^2 / (n + z^2) = 3.8415 / 8.8415.
    assert wilson_interval(0, 5) == pytest.approx((0, 0.43448), abs=1e-5)
    assert wilson_interval(5, 5) == pytest.approx((0.56552, 1), abs=1e-5)
    assert wilson_interval(0, 0) is None


def test_bootstrap_of_clusters_that_are_alike_is_a_point():
    assert cluster_bootstrap([3, 3, 3], [4, 4, 4]) == (0.75, 0.75)


def test_bootstrap_draws_whole_clusters():
    # Two questions, one all for A and one all against: a draw has both, or one of them twice
    # (a quarter each), however many answers there are; Wilson's would be 0.43 to 0.57.
    assert cluster_bootstrap([100, 0], [100, 100]) == (0, 1)


def test_bootstrap_of_single_answers_is_near_the_normal_interval():
    successes = [1] * 60 + [0] * 40
    low, high = cluster_bootstrap(successes, [1] * 100, seed=1)
    # 0.6 -+ 1.96 sqrt(0.24 / 100); quantiles of 10,000 draws of hundredths.
    assert (low, high) == pytest.approx((0.504, 0.696), abs=0.011)
    assert cluster_bootstrap(successes, [1] * 100, seed=1) == (low, high)


def test_bootstrap_weighs_clusters_by_their_answers():
    # The draws are 9 of 9, 9 of 10 (half of them) and 0 of 1.
    low, high = cluster_bootstrap([9, 0], [9, 1])
    assert (low, high) == (0, 1)
    # With 20 times as many clusters the middle is 0.9, where unweighted shares had 0.5.
    low, high = cluster_bootstrap([9, 0] * 20, [9, 1] * 20)
    assert 0.8 < low < 0.9 < high < 0.96


def test_bootstrap_needs_two_clusters():
    assert cluster_bootstrap([1], [2]) is None
    assert cluster_bootstrap([], []) is None


def test_by_cluster_counts():
    counts = by_cluster(["x", "y", "x", "x"], [True, False, False, True])
    np.testing.assert_array_equal(counts, [[2, 0], [3, 1]])
    assert by_cluster([], []).shape == (2, 0)


def test_agreement_is_that_of_pairs():
    # 4 against 1: of 10 pairs 6 agree. 2 against 0: 1 of 1. One answer has no pair.
    assert pairwise_agreement([4], [5]) == 0.6
    assert pairwise_agreement([1, 2, 1], [5, 2, 1]) == pytest.approx(7 / 11)
    assert pairwise_agreement([1, 0], [1, 1]) is None


def test_alpha():
    # Two people, three questions: yes yes, no no, yes no. 3 yes and 3 no of n = 6;
    # 1 - (n - 1) * 1 / (3 * 3) = 4/9.
    assert krippendorff_alpha([2, 0, 1], [2, 2, 2]) == pytest.approx(4 / 9)
    assert krippendorff_alpha([2, 0], [2, 2]) == 1
    # Three people: 2 against 1 counts 2 * 1 / (3 - 1) = 1; 1 - 5 * 2 / 9. A single answer is out.
    assert krippendorff_alpha([2, 1, 1], [3, 3, 1]) == pytest.approx(-1 / 9)
    assert krippendorff_alpha([2, 2], [2, 2]) is None
    assert krippendorff_alpha([1], [1]) is None
