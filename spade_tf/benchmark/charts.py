"""The figures of each workload as bars."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from spade_tf.files import beside

COLORS = {
    "spade_convolutions": "0.55",
    "spade_neighbourhoods": "tab:blue",
    "clade": "tab:orange",
    "pytorch_spade": "0.8",
    "pytorch_clade": "navajowhite",
    "published_spade": "0.9",
    "published_clade": "papayawhip",
}


def draw_workloads(workloads: Sequence[Mapping[str, Any]], picture: pathlib.Path) -> None:
    """A row of panels for each workload: times and, where they were measured, memory.

    A bar is the median, its whisker reaches from the fastest to the slowest round, and the line
    across is the floor: the time that the multiply-accumulates need at the machine's best
    convolution.

    Args:
        workloads: with `title` and `rows`, as in benchmark.json.
        picture: a PNG file.
    """
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    has_memory = any(row.get("memory_mib") for work in workloads for row in work["rows"])
    heights = [len(work["rows"]) + 1.5 for work in workloads]
    figure, axes = plt.subplots(
        len(workloads),
        1 + has_memory,
        figsize=(11, 0.6 + 0.32 * sum(heights)),
        squeeze=False,
        height_ratios=heights,
        width_ratios=[2, 1] if has_memory else [1],
        layout="constrained",
    )
    for work, panels in zip(workloads, axes, strict=True):
        draw_times(panels[0], work)
        if has_memory:
            draw_memory(panels[1], work)
    with beside(picture) as partial:
        figure.savefig(partial, dpi=110, format="png")
    plt.close(figure)


def draw_times(axis: Any, work: Mapping[str, Any]) -> None:
    """Bars of milliseconds with their floors; failed cases have a name and no bar."""
    rows = work["rows"]
    for place, row in enumerate(rows):
        if "error" in row:
            axis.text(0, place, " failed", va="center")
            continue
        median = row["median_ms"]
        whisker = [[median - row["min_ms"]], [row["max_ms"] - median]]
        color = COLORS.get(row["model"], "tab:green")
        axis.barh(place, median, 0.75, color=color, xerr=whisker, ecolor="0.3", capsize=3)
        floor = median * row["share_of_peak"]
        axis.plot([floor, floor], [place - 0.45, place + 0.45], color="tab:red", linewidth=2)
        text = f" {median:,.0f}" if row["ratio"] is None else f" {median:,.0f} ({row['ratio']:.2f})"
        axis.text(row["max_ms"], place, text, va="center")
    axis.set_yticks(range(len(rows)), [_name(row) for row in rows])
    axis.invert_yaxis()
    axis.margins(x=0.2)
    axis.set_xlim(left=0)
    axis.set_title(work["title"], loc="left", fontsize="medium")
    axis.set_xlabel("ms (ratio); red: floor")


def draw_memory(axis: Any, work: Mapping[str, Any]) -> None:
    """Bars of MiB beside the times."""
    for place, row in enumerate(work["rows"]):
        size = row.get("memory_mib") or 0
        axis.barh(place, size, 0.75, color=COLORS.get(row["model"], "tab:green"))
        axis.text(size, place, f" {size:,.0f}" if size else "", va="center")
    axis.set_yticks([])
    axis.invert_yaxis()
    axis.margins(x=0.25)
    axis.set_xlim(left=0)
    axis.set_xlabel("peak memory, MiB")


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['model']}\n{row['mode']}, {row['precision']}"
