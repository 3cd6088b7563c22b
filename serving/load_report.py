"""Measurements of a server as a table, as JSON and as a picture."""

import json
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from serving.load import Measurement
from spade_tf import files

PERCENTILES = (50, 95, 99)


def table(results: Sequence[Measurement]) -> str:
    """Lines for people: a row for each number of clients."""
    columns = " ".join(f"{f'p{p} ms':>9}" for p in PERCENTILES)
    lines = [f"{'clients':>7} {'images/s':>9} {columns} {'answers':>8}  errors"]
    for result in results:
        latencies = " ".join(f"{1000 * result.percentile(p):>9.2f}" for p in PERCENTILES)
        errors = ", ".join(f"{code} {count}" for code, count in result.errors.items()) or "none"
        lines.append(
            f"{result.clients:>7} {result.throughput:>9.1f} {latencies} "
            f"{len(result.latencies):>8}  {errors}"
        )
    return "\n".join(lines)


def as_json(results: Sequence[Measurement]) -> str:
    """The numbers of the table for programs; null where there was no answer."""
    rows = []
    for result in results:
        row: dict[str, Any] = {"clients": result.clients, "seconds": result.seconds}
        row |= {"answers": len(result.latencies), "images_per_s": result.throughput}
        for percent in PERCENTILES:
            value = result.percentile(percent)
            row[f"p{percent}_ms"] = None if np.isnan(value) else 1000 * value
        rows.append({**row, "errors": result.errors})
    return json.dumps(rows, indent=2) + "\n"


def save_picture(results: Sequence[Measurement], title: str, path: pathlib.Path) -> None:
    """Latency and throughput over the number of clients, as a PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title)
    latency, throughput = figure.subplots(1, 2)
    clients = [result.clients for result in results]
    for percent in PERCENTILES:
        values = [1000 * result.percentile(percent) for result in results]
        latency.plot(clients, values, marker="o", label=f"p{percent}")
    latency.set(xlabel="clients", ylabel="latency, ms")
    latency.legend()
    throughput.plot(clients, [result.throughput for result in results], marker="o")
    throughput.set(xlabel="clients", ylabel="images per second")
    for axes in (latency, throughput):
        axes.set_xticks(clients)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    with files.beside(path) as partial:
        figure.savefig(partial, format="png", dpi=120)


def save(results: Sequence[Measurement], title: str, folder: pathlib.Path) -> list[pathlib.Path]:
    """Writes load.json and load.png and returns their paths."""
    paths = [folder / "load.json", folder / "load.png"]
    files.write_beside(paths[0], as_json(results))
    save_picture(results, title, paths[1])
    return paths
