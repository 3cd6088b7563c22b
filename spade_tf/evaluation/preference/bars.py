"""The report's picture: which share of answers favours which method."""

import pathlib
from collections.abc import Sequence
from typing import Any

from spade_tf.evaluation.preference.results import StudyResults
from spade_tf.files import beside

COLOR_A, COLOR_B = "#2a6fb0", "#d9a441"
"""Told apart by the colour-blind, and in grey."""


def draw_bars(results: Sequence[StudyResults], picture: pathlib.Path) -> None:
    """A bar for each study with answers, with the 95 % interval over questions.

    With a single question there is none over questions, and Wilson's is drawn.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(figsize=(8, 1.2 + 0.7 * len(results)), layout="constrained")
    for place, result in enumerate(results):
        _draw_bar(axis, place, result)
    axis.axvline(50, color="black", linewidth=1, linestyle=":")
    axis.set_ylim(len(results) - 0.6, -0.6)
    axis.set_xlim(0, 100)
    axis.set_yticks(range(len(results)), [_title(result) for result in results])
    axis.set_xlabel("% of answers; whisker: 95 % interval over questions")
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(left=False)
    with beside(picture) as partial:
        figure.savefig(partial, dpi=130, format="png")
    plt.close(figure)


def _draw_bar(axis: Any, place: int, result: StudyResults) -> None:
    scores, settings = result.scores, result.settings
    if scores.share is None:
        axis.text(50, place, "no answers yet", ha="center", va="center")
        return
    share = 100 * scores.share
    axis.barh(place, share, 0.5, color=COLOR_A)
    axis.barh(place, 100 - share, 0.5, left=share, color=COLOR_B)
    interval = scores.questions_interval or scores.answers_interval
    assert interval
    low, high = (100 * value for value in interval)
    axis.errorbar(share, place, xerr=[[share - low], [high - share]], color="black", capsize=4)
    above = {"y": place - 0.25, "va": "bottom", "parse_math": False}
    axis.text(0, s=f"{settings['method_a']} {share:.1f}", color=COLOR_A, **above)
    axis.text(100, s=f"{100 - share:.1f} {settings['method_b']}", ha="right", **above)


def _title(result: StudyResults) -> str:
    return result.settings["dataset"] or f"{result.scores.answers} answers"
