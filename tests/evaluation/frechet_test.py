import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.frechet import frechet_distance, gaussian_distance
from spade_tf.evaluation.streaming import FeatureStatistics
from tests.evaluation.stored import stored

VECTORS = stored("frechet_distance")


def statistics(features, batch=50):
    result = FeatureStatistics(features.shape[1])
    for first in range(0, len(features), batch):
        result.update(features[first : first + batch])
    return result


def stored_set(name):
    return statistics(VECTORS[f"in/{name}"])


def test_the_reference_figure():
    expected = float(VECTORS["out/fd"])
    first, second = stored_set("set1"), stored_set("set2")
    np.testing.assert_allclose(first.mean, VECTORS["out/mu1"], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(first.covariance, VECTORS["out/sigma1"], rtol=1e-9, atol=1e-14)
    assert frechet_distance(first, second) == pytest.approx(expected, rel=1e-6)
    assert frechet_distance(second, first) == pytest.approx(expected, rel=1e-6)


def test_a_rank_deficient_pair():
    small1, small2 = stored_set("small1"), stored_set("small2")
    assert small1.is_rank_deficient
    for name in ("out/fd_rank_deficient", "out/fd_rank_deficient_symmetric"):
        assert frechet_distance(small1, small2) == pytest.approx(float(VECTORS[name]), rel=1e-6)


@pytest.mark.parametrize("name", ["set1", "small1"])
def test_a_set_has_no_distance_to_itself(name):
    assert abs(frechet_distance(stored_set(name), stored_set(name))) < 1e-3


def test_commuting_covariances_by_hand():
    """|shift|^2 + sum of (standard deviation 1 - standard deviation 2)^2."""
    distance = gaussian_distance(
        np.array([0.0, 1.0]), np.diag([4.0, 9.0]), np.array([3.0, 1.0]), np.diag([1.0, 25.0])
    )
    assert distance == pytest.approx(9 + (2 - 1) ** 2 + (3 - 5) ** 2, rel=1e-12)


def test_features_that_never_change():
    """Dead features make both covariances, and their product, exactly singular."""
    rng = np.random.default_rng(0)
    features = rng.normal(size=(2, 100, 4))
    without = frechet_distance(statistics(features[0]), statistics(features[1]))
    dead = np.pad(features, ((0, 0), (0, 0), (0, 3)))
    with_dead = frechet_distance(statistics(dead[0]), statistics(dead[1]))
    assert with_dead == pytest.approx(without, rel=1e-9)


def test_no_warnings_of_singular_covariances(recwarn):
    gaussian_distance(np.zeros(3), np.diag([1.0, 0, 0]), np.zeros(3), np.diag([1.0, 1, 0]))
    assert not recwarn.list


def test_bad_input():
    two, three = statistics(np.eye(2)), statistics(np.eye(3))
    with pytest.raises(UserError, match="1 image.* no covariance"):
        frechet_distance(two, statistics(np.ones((1, 2))))
    with pytest.raises(UserError, match=r"shape \[3\], expected \[2\]; use one feature network"):
        frechet_distance(two, three)
    with pytest.raises(UserError, match="a covariance is not finite"):
        gaussian_distance(np.zeros(1), np.array([[np.inf]]), np.zeros(1), np.eye(1))
