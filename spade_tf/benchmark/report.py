"""From measurements to figures: medians, ratios, shares of the peak; as JSON and as a table."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from spade_tf.benchmark.cases import Workload
from spade_tf.benchmark.measure import Options, Row
from spade_tf.benchmark.peaks import Peak
from spade_tf.config import Config

COLUMNS = (
    ("model", "{model}"),
    ("mode", "{mode}"),
    ("precision", "{precision}"),
    ("median ms", "{median_ms:.1f}"),
    ("min", "{min_ms:.1f}"),
    ("max", "{max_ms:.1f}"),
    ("images/s", "{images_per_second:.2f}"),
    ("ratio", "{ratio:.2f}"),
    ("GMAC", "{gmacs:.2f}"),
    ("GMAC/s", "{gmacs_per_second:.1f}"),
    ("of peak", "{share_of_peak:.0%}"),
    ("MiB", "{memory_mib:.0f}"),
    ("first s", "{first_seconds:.1f}"),
    ("grey off", "{grey_levels_off:.2g}"),
)
"""Heads of the table, and what stands below."""

NAMES = 3
"""Columns that are names, aligned to the left."""

LEGEND = """\
ratio: median over that of {baseline} in the same rounds. GMAC: multiply-accumulates
of a call, for neighbourhoods those that the label maps need. of peak: GMAC/s over those of the
fastest convolution found on this machine. MiB: peak memory, weights included. first s: the first
call. grey off: largest difference to the same weights by convolutions in float32, of 255."""


def report_of(
    config: Config,
    options: Options,
    machine: Mapping[str, Any],
    peaks: Mapping[str, Peak],
    measured: Mapping[Workload, Sequence[Row]],
    baseline: str,
) -> dict[str, Any]:
    """What benchmark.json holds.

    Args:
        config: the experiment.
        options: what was asked.
        machine: from `describe_machine`.
        peaks: by precision.
        measured: rows by workload.
        baseline: a model; ratios are to its first row in the same workload.
    """
    return {
        "config": config.name,
        "rounds": options.rounds,
        "label_maps": "real" if options.data_root else "procedural",
        "baseline": baseline,
        "machine": machine,
        "peaks": {
            name: {
                "matrix_product_gmacs_per_second": peak.matrix_product / 1e9,
                "convolution_gmacs_per_second": peak.convolution / 1e9,
            }
            for name, peak in peaks.items()
        },
        "workloads": [
            {
                "title": str(workload),
                **dataclasses.asdict(workload),
                "rows": figures(rows, baseline, peaks),
            }
            for workload, rows in measured.items()
        ],
    }


def figures(rows: Sequence[Row], baseline: str, peaks: Mapping[str, Peak]) -> list[dict[str, Any]]:
    """What JSON says about the rows of one workload.

    Args:
        rows: the workload's.
        baseline: a model; ratios are to its first row.
        peaks: by precision.
    """
    found = [row for row in rows if row.case.model == baseline and row.timing.seconds]
    unit = statistics.median(found[0].timing.seconds) if found else None
    return [_figures(row, unit, peaks[row.case.precision]) for row in rows]


def _figures(row: Row, unit: float | None, peak: Peak) -> dict[str, Any]:
    """One row; without times if the case failed."""
    case, workload, timing = row.case, row.case.workload, row.timing
    names = {"model": case.model, "mode": case.mode, "precision": case.precision}
    if timing.error or not timing.seconds:
        return {**names, "error": timing.error or "no round was run"}
    median = statistics.median(timing.seconds)
    speed = row.macs / median
    return {
        **names,
        "median_ms": 1e3 * median,
        "min_ms": 1e3 * min(timing.seconds),
        "max_ms": 1e3 * max(timing.seconds),
        "images_per_second": workload.batch / median,
        "ratio": median / unit if unit else None,
        "gmacs": row.macs / 1e9,
        "gmacs_per_second": speed / 1e9,
        "share_of_peak": speed / peak.convolution,
        "memory_mib": None if row.memory is None else row.memory / 2**20,
        "first_seconds": timing.first_seconds,
        "grey_levels_off": row.grey_levels_off,
        "seconds": timing.seconds,
    }


def as_text(report: Mapping[str, Any]) -> str:
    """What is printed: the machine, a table for each workload, and how to read them."""
    machine = report["machine"]
    peaks = [
        f"{name}: {peak['convolution_gmacs_per_second']:.0f} GMAC/s in convolutions, "
        f"{peak['matrix_product_gmacs_per_second']:.0f} in matrix products"
        for name, peak in report["peaks"].items()
    ]
    devices = ", ".join([machine["cpu"], *machine["gpus"]])
    head = [
        f"{report['config']}, {report['label_maps']} label maps, {report['rounds']} rounds",
        f"{devices}; {machine['cores']} cores, {machine['intra_op_threads']} threads an operation; "
        f"load before: {machine['load_before'][0]:.1f}",
        f"peak: {'; '.join(peaks)}",
    ]
    tables = [table(work["title"], work["rows"]) for work in report["workloads"]]
    return "\n\n".join(["\n".join(head), *tables, LEGEND.format(baseline=report["baseline"])])


def table(title: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """The figures of a workload as aligned text; a failed case's row ends with the reason."""
    heads = [head for head, _ in COLUMNS]
    used = [
        index
        for index, (_, form) in enumerate(COLUMNS)
        if index < NAMES or any(_cell(row, form) for row in rows)
    ]
    cells = [[heads[index] for index in used]]
    cells += [[_cell(row, COLUMNS[index][1]) for index in used] for row in rows]
    widths = [max(len(line[place]) for line in cells) for place in range(len(used))]
    lines = []
    for line, error in zip(cells, [None, *(row.get("error") for row in rows)], strict=True):
        padded = [
            cell.ljust(width) if place < NAMES else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        lines.append(
            "  ".join(padded[:NAMES] + ([f"failed: {error}"] if error else padded[NAMES:]))
        )
    return "\n".join([title, *(f"  {line}".rstrip() for line in lines)])


def _cell(row: Mapping[str, Any], form: str) -> str:
    """A figure as text; nothing where the row has none."""
    key = form[1:].split(":")[0].rstrip("}")
    return "" if row.get(key) is None else form.format(**{key: row[key]})
