import itertools

import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.kid import kernel_distance, squared_discrepancy

RNG = np.random.default_rng(0)
REAL, ALIKE = RNG.normal(size=(2, 300, 4))
SHIFTED = REAL + 0.5


def test_by_hand():
    """One feature: kernel (x y + 1)^3."""
    x, y = np.array([[0.0], [1.0]]), np.array([[1.0], [2.0]])
    # within x: k(0, 1) = 1; within y: k(1, 2) = 27; across: k = 1, 1, 8, 27
    assert squared_discrepancy(x, y) == 1 + 27 - 2 * (1 + 1 + 8 + 27) / 4


def test_one_whole_subset_is_the_plain_sum():
    def kernel(a, b):
        return (a @ b / 4 + 1) ** 3

    x, y = REAL[:9], SHIFTED[:9]
    within = [kernel(s[i], s[j]) for s in (x, y) for i, j in itertools.permutations(range(9), 2)]
    across = [kernel(a, b) for a, b in itertools.product(x, y)]
    expected = np.sum(within) / (9 * 8) - 2 * np.mean(across)
    result = kernel_distance(x, y, num_subsets=3, subset_size=9)
    assert result.mean == pytest.approx(expected, rel=1e-12)
    assert result.std == pytest.approx(0, abs=1e-12)


def test_alike_is_nearer_than_shifted():
    settings = {"num_subsets": 40, "subset_size": 100}
    alike = kernel_distance(REAL, ALIKE, **settings)
    shifted = kernel_distance(REAL, SHIFTED, **settings)
    assert abs(alike.mean) < 0.05 < 0.5 < shifted.mean
    assert 0 < alike.std < shifted.std


def test_the_seed_fixes_the_subsets():
    def distance(seed):
        return kernel_distance(REAL, ALIKE, num_subsets=5, subset_size=50, seed=seed)

    assert distance(1) == distance(1) != distance(2)


@pytest.mark.parametrize(
    ("second", "options", "message"),
    [
        (REAL[:20], {"subset_size": 21}, "subset_size=21: expected 2 to 20, the smaller set"),
        (REAL, {"subset_size": 1}, "subset_size=1: expected 2 to 300"),
        (REAL, {"subset_size": 10, "num_subsets": 0}, "num_subsets=0"),
        (REAL[:, :3], {"subset_size": 10}, r"shapes \[300, 4\] and \[300, 3\]"),
        (np.where(REAL == REAL[7, 1], np.nan, REAL), {"subset_size": 10}, "not finite"),
    ],
)
def test_bad_input(second, options, message):
    with pytest.raises(UserError, match=message):
        kernel_distance(REAL, second, **options)
