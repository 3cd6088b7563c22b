"""The words of the data checker: what a split holds, as lines to print."""

from spade_tf.config import Config
from spade_tf.data.check import SplitReport
from spade_tf.data.labels import NOT_A_LABEL, dont_care_label, label_names, label_table

MOST_PROBLEMS = 20
"""Lines of problems for a split; the others are counted."""

MOST_COLORS = 300


def describe(report: SplitReport, config: Config) -> list[str]:
    """The lines about one split."""
    lines = [f"{report.split}: {report.files} label maps"]
    from_nothing = not config.data.root and not config.data.shards
    if from_nothing and report.files and not report.sizes:
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
