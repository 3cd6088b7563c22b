"""Runs a table of the papers: `python -m tools.ablation --table=table4 --config=landscapes`.

Each row is trained, scored, exported and painted in a process of its own; a row that is done is not
done again. Writes the paper's table with our figures beside the published ones.
"""

import pathlib
import subprocess
import sys
import time

from absl import flags

from spade_tf import command_line
from spade_tf.ablation.budgets import BUDGETS, Budget, find_budget, row_config
from spade_tf.ablation.tables import TABLES, Row, Table, find_table
from spade_tf.config import Config, to_json
from spade_tf.errors import UserError
from spade_tf.files import check_folder

command_line.define_config_flags()
flags.DEFINE_string("table", None, f"which: {', '.join(TABLES)}")
flags.DEFINE_string("budget", "small", "; ".join(f"{k}: {v.text}" for k, v in BUDGETS.items()))
flags.DEFINE_string("output", None, "folder of the table; default: runs/ablation/TABLE_CONFIG")
flags.DEFINE_list(
    "metrics",
    [],
    "what is computed; default: miou, accuracy, and fid or, without its weights, frechet_segmenter",
)
flags.DEFINE_string("segmenter", None, "folder that tools.train_segmenter wrote")
flags.DEFINE_string("row", None, "run only the row of this folder's name")


def main(_: object) -> None:
    values = flags.FLAGS
    if not values.table or not values.config:
        raise UserError("give --table=NAME and --config=NAME; --help lists them")
    table, budget = find_table(values.table), find_budget(values.budget)
    name = pathlib.Path(values.config).stem
    given = values.output or f"runs/ablation/{values.table}_{name}"
    output = pathlib.Path(command_line.user_path(given))
    check_folder(output, "--output")
    if values.row:
        run(only(table, values.row), table, budget, output)
    else:
        run_all(table, budget, output)


def run_all(table: Table, budget: Budget, output: pathlib.Path) -> None:
    """Every row of other effect than those before it, then the report."""
    from spade_tf.ablation.report import write_report
    from spade_tf.ablation.row import read_row

    configs = {row.name: config_of(row, table, budget) for row in table.rows}
    first: dict[str, Row] = {}
    outcomes = []
    started = time.monotonic()
    for number, row in enumerate(table.rows, start=1):
        same = first.setdefault(to_json(configs[row.name]), row)
        folder = output / same.folder
        reason = ""
        if same is row and not read_row(folder):
            minutes = (time.monotonic() - started) / 60
            print(f"[{number}/{len(table.rows)}, {minutes:.0f} min] {row.name}", flush=True)
            reason = run_in_process(row)
        elif same is not row:
            reason = f"the same experiment as {same.name}"
        outcomes.append((row, read_row(folder), reason))
    about = f"Data: {flags.FLAGS.config}. Budget {flags.FLAGS.budget}: {budget.text}."
    for path in write_report(table, outcomes, about, output):
        print(path)
    failed = [row.name for row, done, _ in outcomes if not done]
    if failed:
        raise UserError(f"{', '.join(failed)}: not run, see {output / 'table.md'}")


def run_in_process(row: Row) -> str:
    """Runs a row by this same command; empty, or the last line of what went wrong."""
    command = [sys.executable, "-m", "tools.ablation", *sys.argv[1:], f"--row={row.folder}"]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    if done.returncode in (130, -2):
        raise KeyboardInterrupt
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        return lines[-1].removeprefix("error: ")
    return ""


def run(row: Row, table: Table, budget: Budget, output: pathlib.Path) -> None:
    """One row, in this process."""
    command_line.import_tensorflow()
    from spade_tf.ablation.row import run_row

    config = config_of(row, table, budget)
    segmenter = command_line.optional_path("segmenter")
    metrics = flags.FLAGS.metrics or default_metrics()
    run_row(config, output / row.folder, metrics, budget.num_images, segmenter)


def config_of(row: Row, table: Table, budget: Budget) -> Config:
    """The row's config at this budget."""
    name = flags.FLAGS.config
    given = command_line.overrides_from_flags()
    return row_config(name, given, {**table.changes, **row.changes}, budget)


def default_metrics() -> list[str]:
    """FID where its weights are at hand, else the segmenter's features."""
    from spade_tf.evaluation.networks.weights import find_weights

    try:
        find_weights("inception_fid")
    except UserError:
        return ["miou", "accuracy", "frechet_segmenter"]
    return ["miou", "accuracy", "fid"]


def only(table: Table, folder: str) -> Row:
    """The row of a folder's name."""
    for row in table.rows:
        if row.folder == folder:
            return row
    raise UserError(f"--row={folder}: the rows are {', '.join(row.folder for row in table.rows)}")


if __name__ == "__main__":
    command_line.run(main)
