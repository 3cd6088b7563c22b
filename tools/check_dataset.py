"""Says what a data set holds, what is wrong with it, and which config values fit.

    python -m tools.check_dataset --config=custom --config.data.root=DIR

Reads every file; ends with status 1 if training would fail. A data set of colours instead of ids is
listed by its colours, as lines of a palette file to fill in.
"""

from collections.abc import Iterable, Sequence

from tqdm import tqdm

from spade_tf import command_line
from spade_tf.config import Config
from spade_tf.data.check import SplitReport, full_check
from spade_tf.data.labels import NOT_A_LABEL, dont_care_label, label_names, label_table
from spade_tf.data.proposal import propose
from spade_tf.errors import UserError

MOST_PROBLEMS = 20
"""Lines of problems printed for a split; the others are counted."""

MOST_COLORS = 300

command_line.define_config_flags("custom")


def main(argv: Sequence[str]) -> None:
    """Prints the report. Raises UserError where training would fail."""
    del argv
    config = command_line.config_from_flags()
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


def describe(report: SplitReport, config: Config) -> list[str]:
    """The lines about one split."""
    lines = [f"{report.split}: {report.files} label maps"]
    if not config.data.root and report.files and not report.sizes:
        return [*lines[:-1], f"{report.split}: {report.files} scenes painted on the spot", ""]
    if report.files:
        photographs = "with" if report.has_images else "without"
        instances = "with" if report.has_instances else "without"
        lines[0] += f" {photographs} photographs, {instances} instance maps"
    if report.sizes:
        sizes = [f"{w}x{h} ({n})" for (w, h), n in report.sizes.most_common(5)]
        more = f", {len(report.sizes) - 5} more" if len(report.sizes) > 5 else ""
        lines.append(f"  width x height (files): {', '.join(sizes)}{more}")
    lines += id_table(report, config) + color_table(report)
    lines += [f"  PROBLEM {problem}" for problem in report.problems[:MOST_PROBLEMS]]
    if len(report.problems) > MOST_PROBLEMS:
        lines.append(f"  and {len(report.problems) - MOST_PROBLEMS} more problems")
    return [*lines, ""]


def id_table(report: SplitReport, config: Config) -> list[str]:
    """A line for each file id: its label, how many pixels and files, and who holds a wrong one."""
    if not report.pixels:
        return []
    table, names = label_table(config.data), label_names(config)
    total = sum(report.pixels.values())
    lines = ["  file id  label       pixels   share   files  name"]
    for file_id in sorted(report.pixels):
        label = int(table[file_id])
        if label == NOT_A_LABEL:
            shown, name = "NONE", f"first in {report.first_file_with_id[file_id]}"
        else:
            shown = str(label)
            name = names[label] + (" (don't care)" if label == dont_care_label(config.data) else "")
        pixels = report.pixels[file_id]
        lines.append(
            f"  {file_id:7d}  {shown:>5}  {pixels:11d}  {pixels / total:6.2%}  "
            f"{report.files_with_id[file_id]:6d}  {name}"
        )
    return lines


def color_table(report: SplitReport) -> list[str]:
    """The colours of label maps that hold colours, as lines for a palette file."""
    if not report.colors:
        return []
    if len(report.colors) > MOST_COLORS:
        return [
            f"  {len(report.colors)} colours: more than labels need; a JPEG or a scaled picture "
            "mixes colours and cannot be used"
        ]
    lines = ["  colours, most frequent first; name them in a file and set data.palette to it:"]
    return lines + [
        f"  {red} {green} {blue} label_{i}"
        for i, ((red, green, blue), _) in enumerate(report.colors.most_common())
    ]


if __name__ == "__main__":
    command_line.run(main)
