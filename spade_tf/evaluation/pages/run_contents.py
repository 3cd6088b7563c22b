"""What the page of a run shows, read from the files of its workdir."""

import json
import shlex
import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spade_tf.config import Config, all_options, get
from spade_tf.data.bad_examples import FILE
from spade_tf.training.json_lines import read_lines
from spade_tf.training.workdir import Workdir

MOST_POINTS = 600
"""Of a curve; what is more is averaged."""

MOST_BAD_EXAMPLES = 200

Rows = Sequence[Mapping[str, Any]]


def run_contents(workdir: Workdir) -> dict[str, Any]:
    """All of it, as JSON can hold it. Whatever file is missing leaves its part empty.

    Raises:
      UserError: the folder is no workdir.
    """
    config = workdir.read_config()
    losses, speed = read_lines(workdir.losses), read_lines(workdir.speed)
    norms, history = read_lines(workdir.gradient_norms), read_lines(workdir.history)
    images_per_step = config.train.batch_size * config.train.discriminator_steps
    starts = [row["step"] for row in history if row["event"] == "start" and row["step"]]
    return {
        "title": f"{config.name}: {workdir.path.resolve().name}",
        "summary": summary(config),
        "figures": figures(losses, speed, history),
        "history": [
            {**row, "command": shlex.join(row["command"])} if "command" in row else row
            for row in history
        ],
        "images_per_step": images_per_step,
        "starts": [step * images_per_step for step in starts],
        "losses": curves(losses, names_of(losses)),
        "speed": speed_curves(speed),
        "gradient_norms": curves(norms, names_of(norms)),
        "scores": scores(read_lines(workdir.evaluation)),
        "samples": samples(workdir),
        "changed": changed(config),
        "bad_examples": bad_examples(workdir),
        "environment": environment(workdir),
        "written": time.time(),
    }


def summary(config: Config) -> str:
    """The model and its data in a line."""
    norm = "" if config.model.norm == "none" else f" with {config.model.norm}"
    data = config.data
    return (
        f"{config.model.kind} generator{norm}, {data.dataset} images of {data.width} x "
        f"{data.height}, {data.num_labels} labels, batch {config.train.batch_size}"
    )


def figures(losses: Rows, speed: Rows, history: Rows) -> list[tuple[str, Any]]:
    """What one wants to know first, by name; `Time` in seconds."""
    found: list[tuple[str, Any]] = []
    last = max((row["step"] for row in (*losses, *history)), default=0)
    total = next((row["total_steps"] for row in reversed(history) if "total_steps" in row), None)
    found.append(("Steps", f"{last:,}" + (f" of {total:,}" if total else "")))
    if losses:
        found.append(("Images seen", f"{losses[-1]['images']:,}"))
    seconds = seconds_of(speed, history)
    if seconds:
        found.append(("Time", seconds))
    rates = [row["images_per_second"] for row in speed if row["images_per_second"]]
    if rates:
        found.append(("Images per second", f"{np.median(rates):.3g}"))
        waits = float(np.mean([row["input_wait"] for row in speed]))
        found.append(("Waiting for input", f"{waits:.0%}"))
        peaks = [max(row["peak_memory"].values()) for row in speed]
        found.append(("Peak memory", f"{max(peaks) / 2**30:.1f} GiB"))
    return found


def seconds_of(speed: Rows, history: Rows) -> float:
    """Seconds that all starts ran; one that was killed counts up to its last line."""
    times = [row["time"] for row in (*speed, *history)]
    starts = [row["time"] for row in history if row["event"] == "start"]
    seconds = 0.0
    for number, start in enumerate(starts, start=1):
        following = starts[number] if number < len(starts) else float("inf")
        seconds += max((t - start for t in times if start < t < following), default=0.0)
    return seconds


def names_of(rows: Rows) -> list[str]:
    """What the rows have values of."""
    names = dict.fromkeys(name for row in rows for name in row)
    return [name for name in names if name not in ("step", "images")]


def curves(rows: Rows, names: Sequence[str]) -> dict[str, Any]:
    """`images`, and for each name in `lines` a value or None; neighbours averaged where many."""
    groups = np.array_split(np.arange(len(rows)), min(len(rows), MOST_POINTS) or 1)
    parts = [[rows[place] for place in group] for group in groups if len(group)]
    return {
        "images": [part[-1]["images"] for part in parts],
        "lines": {name: [_mean(row.get(name) for row in part) for part in parts] for name in names},
    }


def speed_curves(rows: Rows) -> dict[str, Any]:
    """Images a second, percent of waiting, and gibibytes of memory by device."""
    flat = [
        {
            "images": row["images"],
            "images/s": row["images_per_second"],
            "input": 100 * row["input_wait"],
            **{name: peak / 2**30 for name, peak in row["peak_memory"].items()},
        }
        for row in rows
    ]
    return curves(flat, names_of(flat))


def scores(rows: Rows) -> list[dict[str, Any]]:
    """Each metric's values as (step, value), with the best and the last of them."""
    found = []
    for name in dict.fromkeys(row["metric"] for row in rows):
        own = [row for row in rows if row["metric"] == name]
        points = [(row["step"], row["value"]) for row in own if row["value"] is not None]
        higher = bool(own[-1].get("higher_is_better"))
        best = (max if higher else min)(points, key=lambda point: point[1], default=None)
        found.append(
            {
                "metric": name,
                "unit": own[-1].get("unit") or "",
                "higher_is_better": higher,
                "points": points,
                "best": best,
                "last": points[-1] if points else None,
            }
        )
    return found


def samples(workdir: Workdir) -> list[tuple[int, str]]:
    """Step and path below the workdir of each image grid, in order."""
    files = [path for path in workdir.samples.glob("step_*.png") if path.stem[5:].isdecimal()]
    return sorted((int(path.stem[5:]), f"{workdir.samples.name}/{path.name}") for path in files)


def changed(config: Config) -> list[dict[str, str]]:
    """Every key that is not as in the papers' recipe."""
    standard = Config()
    return [
        {
            "key": key,
            "value": str(get(config, key)),
            "standard": str(get(standard, key)),
            "help": leaf.metadata["help"],
        }
        for key, leaf in all_options()
        if get(config, key) != get(standard, key)
    ]


def bad_examples(workdir: Workdir) -> dict[str, Any]:
    """How many examples were skipped, by any worker, and the first of them."""
    rows = [row for path in sorted(workdir.path.glob(FILE)) for row in read_lines(path)]
    return {"count": len(rows), "shown": rows[:MOST_BAD_EXAMPLES]}


def environment(workdir: Workdir) -> list[tuple[str, str]]:
    """Versions and devices of the last start."""
    if not workdir.environment.is_file():
        return []
    stored = json.loads(workdir.environment.read_text(encoding="utf-8"))
    named = {"Python": stored["python"], "System": stored["platform"], **stored["packages"]}
    return [*named.items(), ("Devices", ", ".join(stored["devices"]))]


def _mean(values: Any) -> float | None:
    known = [value for value in values if value is not None]
    return float(f"{np.mean(known):.5g}") if known else None
