"""Statistics of choices between two: shares, their intervals, and how far people agree."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np

Z_95 = 1.959963984540054
"""Of the standard normal distribution, 95 % lie within it."""

REPLICATES = 10_000

_CHUNK = 500

Interval = tuple[float, float]


def wilson_interval(successes: int, trials: int) -> Interval | None:
    """95 % score interval of a share (Wilson, 1927), answers taken as independent.

    Returns: shares 0..1, or None without trials.
    """
    if not trials:
        return None
    share, square = successes / trials, Z_95**2
    middle = (share + square / (2 * trials)) / (1 + square / trials)
    half = Z_95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials**2))
    half /= 1 + square / trials
    return max(0.0, middle - half), min(1.0, middle + half)


def cluster_bootstrap(
    successes: Sequence[int], trials: Sequence[int], seed: int = 0
) -> Interval | None:
    """95 % percentile interval of the overall share, drawing whole clusters with replacement.

    Answers within a cluster (of one question, or of one person) may depend on each other; only the
    clusters are taken as independent (Davison and Hinkley, 1997, section 3.8).

    Args:
      successes, trials: of each cluster; a cluster has one trial or more.
      seed: of the drawing.

    Returns: shares 0..1, or None with fewer than two clusters.
    """
    count = len(trials)
    if count < 2:
        return None
    random = np.random.default_rng(seed)
    counts = np.array([successes, trials], np.float64)
    shares = []
    for first in range(0, REPLICATES, _CHUNK):
        size = min(_CHUNK, REPLICATES - first)
        times_drawn = random.multinomial(count, np.full(count, 1 / count), size)
        drawn = times_drawn @ counts.T
        shares.append(drawn[:, 0] / drawn[:, 1])
    low, high = np.quantile(np.concatenate(shares), [0.025, 0.975])
    return float(low), float(high)


def by_cluster(clusters: Iterable[Hashable], favourable: Iterable[bool]) -> np.ndarray:
    """Successes and trials of each cluster, [2, clusters], from one entry for each answer."""
    trials: Counter = Counter()
    successes: Counter = Counter()
    for cluster, favours in zip(clusters, favourable, strict=True):
        trials[cluster] += 1
        successes[cluster] += bool(favours)
    return np.array([[successes[key], trials[key]] for key in trials], np.int64).reshape(-1, 2).T


def pairwise_agreement(successes: Sequence[int], trials: Sequence[int]) -> float | None:
    """Share of pairs of answers to the same question that agree; by chance it would be 0.5.

    Returns: 0..1, or None if no question has two answers.
    """
    yes, all_answers = np.asarray(successes, np.int64), np.asarray(trials, np.int64)
    pairs = (all_answers * (all_answers - 1)).sum()
    if not pairs:
        return None
    no = all_answers - yes
    return float((yes * (yes - 1) + no * (no - 1)).sum() / pairs)


def krippendorff_alpha(successes: Sequence[int], trials: Sequence[int]) -> float | None:
    """Krippendorff's alpha of nominal data: 1 is full agreement, 0 what chance gives.

    1 - (observed disagreement / expected disagreement), over questions with two answers or more
    (Krippendorff, 2011, "Computing Krippendorff's Alpha-Reliability").

    Returns: at most 1, or None if no question has two answers or all answers are the same.
    """
    yes, all_answers = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    yes, all_answers = yes[all_answers > 1], all_answers[all_answers > 1]
    no = all_answers - yes
    expected = yes.sum() * no.sum()
    if not expected:
        return None
    observed = (yes * no / (all_answers - 1)).sum()
    return float(1 - (all_answers.sum() - 1) * observed / expected)
