import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spade_tf.errors import UserError
from spade_tf.evaluation.streaming import FeatureStatistics


def of(features, cuts=()):
    """Statistics of features given in batches that end at the cuts."""
    statistics = FeatureStatistics(features.shape[1])
    for batch in np.split(features, cuts):
        statistics.update(batch)
    return statistics


def test_by_hand():
    statistics = of(np.array([[0.0, 0.0], [2.0, 4.0], [4.0, 2.0]]))
    assert statistics.count == 3
    assert statistics.mean.tolist() == [2, 2]
    assert statistics.covariance.tolist() == [[4, 2], [2, 4]]


@given(
    seed=st.integers(0, 1000),
    count=st.integers(2, 40),
    cuts=st.lists(st.integers(0, 40), max_size=6),
    offset=st.sampled_from([0.0, 1.0, 1e6]),
)
@settings(deadline=None)
def test_batches_merged_parts_and_one_shot_agree(seed, count, cuts, offset):
    features = np.random.default_rng(seed).normal(size=(count, 3)) + offset
    cuts = sorted(min(cut, count) for cut in cuts)
    streamed = of(features, cuts)
    merged = FeatureStatistics(3)
    for part in np.split(features, cuts):
        merged.merge(of(part))
    # Beside a mean of 1e6, float64 keeps about ten digits of a deviation of 1.
    tolerance = {"rtol": 1e-12, "atol": 1e-12 + 1e-15 * offset}
    for statistics in (streamed, merged):
        assert statistics.count == count
        np.testing.assert_allclose(statistics.mean, features.mean(axis=0), **tolerance)
        expected = np.cov(features, rowvar=False)
        np.testing.assert_allclose(statistics.covariance, expected, rtol=1e-9, atol=1e-9)


def test_float32_features_are_summed_in_float64():
    features = np.float32(1e4 + np.random.default_rng(0).normal(size=(500, 2)))
    expected = np.cov(features.astype(np.float64), rowvar=False)
    np.testing.assert_allclose(of(features, [100, 200]).covariance, expected, rtol=1e-11)


def test_resumed_as_if_never_stopped(tmp_path):
    features = np.random.default_rng(0).normal(size=(20, 3))
    of(features[:13]).save(tmp_path / "statistics.npz")
    resumed = FeatureStatistics.load(tmp_path / "statistics.npz")
    assert resumed.count == 13
    resumed.update(features[13:])
    whole = of(features, [13])
    assert resumed.count == whole.count
    assert np.array_equal(resumed.mean, whole.mean)
    assert np.array_equal(resumed.covariance, whole.covariance)


def test_merging_leaves_the_other_alone():
    first, second = of(np.ones((2, 2))), of(np.eye(2))
    second.merge(first)
    first.update(np.zeros((3, 2)))
    assert second.count == 4 and second.mean.tolist() == [0.75, 0.75]


def test_rank():
    features = np.random.default_rng(0).normal(size=(4, 3))
    assert of(features[:3]).is_rank_deficient and not of(features).is_rank_deficient
    assert np.linalg.matrix_rank(of(features[:3]).covariance) == 2


def test_bad_features():
    statistics = of(np.ones((1, 2)))
    with pytest.raises(UserError, match=r"1 image\(s\) have no covariance; give at least 2"):
        _ = statistics.covariance
    with pytest.raises(UserError, match=r"shape \[1, 3\], expected \[batch, 2\]"):
        statistics.update(np.ones((1, 3)))
    with pytest.raises(UserError, match="features of image 3 .* not finite"):
        statistics.update(np.array([[0, 1], [1, 1], [np.nan, 0]]))
    with pytest.raises(UserError, match="of 2 and of 3 features cannot be merged"):
        statistics.merge(FeatureStatistics(3))
    assert statistics.count == 1 and statistics.mean.tolist() == [1, 1]
