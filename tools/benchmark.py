"""Times the networks side by side: prints a table, writes benchmark.json and charts.

    python -m tools.benchmark --data_root=DIR --output=runs/benchmark
    python -m tools.benchmark --what=inference --sizes=256x256 --batches=1 --modes=graph,xla,eager

All rows of a table are timed in the same rounds, one after the other, each round on other label
maps. PyTorch's networks take part if PyTorch is installed. docs/performance.md says more.
"""

import difflib
import json
import pathlib
import sys
import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from absl import flags

from spade_tf import command_line, files
from spade_tf.benchmark.cases import (
    INFERENCE,
    MODELS,
    MODES,
    PRECISIONS,
    PYTORCH_MODELS,
    TRAINING,
    Case,
    Workload,
    has_pytorch,
    parse_size,
    workload_config,
)
from spade_tf.config import Config
from spade_tf.errors import UserError

if TYPE_CHECKING:  # they import TensorFlow, which waits until the command line is sound
    from spade_tf.benchmark.measure import Options

START = time.monotonic()

command_line.define_config_flags(default="ade20k")
WHAT = flags.DEFINE_list("what", [INFERENCE, TRAINING], "what to time: inference, training")
SIZES = flags.DEFINE_list("sizes", ["256x256", "512x256"], "image sizes, WIDTHxHEIGHT")
BATCHES = flags.DEFINE_list("batches", ["1", "8"], "batch sizes of inference")
TRAINING_BATCHES = flags.DEFINE_list("training_batches", ["1"], "batch sizes of training")
ROUNDS = flags.DEFINE_integer("rounds", 7, "times that each row is timed", lower_bound=1)
NETWORKS = flags.DEFINE_list("models", list(MODELS), "which of our networks")
RUN_MODES = flags.DEFINE_list("modes", ["graph"], f"how ours run: {', '.join(MODES)}")
TYPES = flags.DEFINE_list("precisions", ["float32"], f"compute types: {', '.join(PRECISIONS)}")
TORCH = flags.DEFINE_enum(
    "torch", "auto", ["auto", "yes", "no"], "the same networks in PyTorch; auto = if installed"
)
BASELINE = flags.DEFINE_string("baseline", "spade_convolutions", "the row that ratios are to")
MEMORY = flags.DEFINE_boolean("memory", True, "measure the peak memory of inference")
DATA_ROOT = flags.DEFINE_string(
    "data_root", None, "folder with train_label/*.png, val_label/*.png; default: procedural scenes"
)
PROFILE = flags.DEFINE_boolean(
    "profile", False, "draw where the time of inference goes: profile.png in --output"
)
OUTPUT = flags.DEFINE_string("output", None, "folder for benchmark.json and the charts")


def main(_: object) -> None:
    """Measures, prints, writes, draws."""
    config = command_line.config_from_flags()
    workloads = workloads_from_flags(config)
    data_root = command_line.user_path(DATA_ROOT.value) if DATA_ROOT.value else None
    folder = pathlib.Path(command_line.user_path(OUTPUT.value)) if OUTPUT.value else None
    if folder:
        files.check_folder(folder, "--output")
    if PROFILE.value and not (folder and INFERENCE in WHAT.value):
        raise UserError(
            "--profile draws where inference spends its time: give --output, and "
            "inference in --what"
        )
    models = models_from_flags()
    modes = chosen("modes", RUN_MODES.value, MODES)
    precisions = chosen("precisions", TYPES.value, PRECISIONS)
    command_line.import_tensorflow()
    from spade_tf.benchmark.measure import Options

    options = Options(models, modes, precisions, ROUNDS.value, data_root, MEMORY.value)
    report = run(config, workloads, options, folder)
    if folder:
        draw(report, folder)
        if PROFILE.value:
            draw_profile(config, workloads, options, folder)
    from spade_tf.benchmark.report import as_text

    print(as_text(report))


def workloads_from_flags(config: Config) -> list[Workload]:
    """Every size and batch of every kind; all of them are checked before any is measured."""
    sizes = [parse_size(text) for text in SIZES.value]
    batches = {INFERENCE: BATCHES.value, TRAINING: TRAINING_BATCHES.value}
    workloads = [
        Workload(what, *size, positive(batch))
        for what in chosen("what", WHAT.value, tuple(batches))
        for size in sizes
        for batch in batches[what]
    ]
    for workload in workloads:
        workload_config(config, workload)
    return workloads


def models_from_flags() -> tuple[str, ...]:
    """Our networks, then PyTorch's."""
    models = chosen("models", NETWORKS.value, MODELS)
    if TORCH.value == "yes" and not has_pytorch():
        raise UserError("--torch=yes, but PyTorch is not installed: make extra-import")
    if TORCH.value == "no" or not has_pytorch():
        return models
    return (*models, *PYTORCH_MODELS)


def chosen(flag: str, given: list[str], known: Collection[str]) -> tuple[str, ...]:
    """The names given. Raises UserError where one is unknown or none is given."""
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise UserError(f"--{flag}: unknown {name!r}{hint}; write some of {', '.join(known)}")
    if not given:
        raise UserError(f"--{flag} is empty; write some of {', '.join(known)}")
    return tuple(dict.fromkeys(given))


def positive(text: str) -> int:
    """A batch size."""
    if not text.isdecimal() or not int(text):
        raise UserError(f"{text!r} is no batch size; write 1 or more")
    return int(text)


def run(
    config: Config, workloads: list[Workload], options: "Options", folder: pathlib.Path | None
) -> dict[str, Any]:
    """Measures the workloads one by one; what is measured is written at once."""
    from spade_tf.benchmark.hardware import describe_machine
    from spade_tf.benchmark.layouts import label_files
    from spade_tf.benchmark.measure import measure_workload
    from spade_tf.benchmark.peaks import highest, measure_peak
    from spade_tf.benchmark.report import report_of
    from spade_tf.benchmark.runs import prepare

    if options.data_root:
        label_files(pathlib.Path(options.data_root))
    machine = describe_machine()
    if machine["load_before"][0] > 0.3 * machine["cores"]:
        say(f"this machine is busy (load {machine['load_before'][0]}): times will be too long")
    prepare(with_pytorch=bool(PYTORCH_MODELS.keys() & set(options.models)))
    say("this machine's peak")
    peaks = {precision: measure_peak(precision) for precision in options.precisions}
    measured = {}
    for workload in workloads:
        say(str(workload))
        measured[workload] = measure_workload(config, workload, options, say)
        # The best before and after: a peak that other work held down would flatter the rows.
        peaks = {name: highest([peak, measure_peak(name)]) for name, peak in peaks.items()}
        report = report_of(config, options, machine, peaks, measured, BASELINE.value)
        if folder:
            files.write_beside(folder / "benchmark.json", json.dumps(report, indent=2) + "\n")
    return report


def say(message: str) -> None:
    """Progress, on stderr."""
    print(f"[{time.monotonic() - START:6.0f} s] {message}", file=sys.stderr, flush=True)


def draw(report: dict[str, Any], folder: pathlib.Path) -> None:
    """A chart for each kind of workload: inference.png, training.png."""
    from spade_tf.benchmark.charts import draw_workloads

    for what in dict.fromkeys(workload["what"] for workload in report["workloads"]):
        workloads = [x for x in report["workloads"] if x["what"] == what]
        draw_workloads(workloads, folder / f"{what}.png")


def draw_profile(
    config: Config, workloads: list[Workload], options: "Options", folder: pathlib.Path
) -> None:
    """Where the time of the first workload of inference goes: profile.png."""
    from spade_tf.benchmark.profile import draw_profiles, profile_case

    workload = next(work for work in workloads if work.what == INFERENCE)
    profiles = {}
    for model in (model for model in options.models if model in MODELS):
        say(f"{model}: profile")
        case = Case(workload, model, "graph", "float32")
        profiles[model] = profile_case(case, config, options.data_root)
    draw_profiles(profiles, folder / "profile.png")


if __name__ == "__main__":
    command_line.run(main)
