"""Says what a data set holds, what is wrong with it, and which config values fit.

    python -m tools.check_dataset --config=custom --config.data.root=DIR

Reads every file; ends with status 1 if training would fail. A data set of colours instead of ids is
listed by its colours, as lines of a palette file to fill in.
"""

from collections.abc import Iterable

from tqdm import tqdm

from spade_tf import command_line
from spade_tf.errors import UserError

command_line.define_config_flags("custom")


def main(_: object) -> None:
    """Prints the report. Raises UserError where training would fail."""
    config = command_line.config_from_flags()
    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.data.check import full_check
    from spade_tf.data.proposal import propose
    from spade_tf.data.report import describe

    reports = full_check(config, show_progress)
    for report in reports:
        print("\n".join(describe(report, config)))
    proposal = propose(config, reports)
    if proposal:
        print("Values that fit these files:")
        print("  " + " ".join(f"--config.{key}={value}" for key, value in proposal.items()))
    problems = sum(len(report.problems) for report in reports)
    if problems:
        what = "problem" if problems == 1 else "problems"
        raise UserError(f"training would fail: {problems} {what}, listed above")
    print("Training can start.")


def show_progress(items: Iterable, count: int, split: str) -> Iterable:
    """A progress bar on stderr."""
    return tqdm(items, total=count, desc=split, unit="file", leave=False)


if __name__ == "__main__":
    command_line.run(main)
