"""A table of our figures beside the published ones: Markdown, a picture, a sheet of samples."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from spade_tf.ablation.tables import Row, Table
from spade_tf.files import beside, write_beside

Outcome = tuple[Row, Mapping[str, Any] | None, str]
"""A row, what `run_row` returned or None, and why it was not run, or not run again."""


def write_report(
    table: Table, outcomes: Sequence[Outcome], about: str, output: pathlib.Path
) -> list[pathlib.Path]:
    """Writes `table.md`, `table.png` and `samples.png` into `output`; returns their paths.

    Args:
      table: that was run.
      outcomes: of its rows, in order; `samples/` of a row lie in `output / row.folder`.
      about: data set, budget and command, for the head.
      output: folder of the table.
    """
    write_beside(output / "table.md", markdown(table, outcomes, about))
    draw(table, outcomes, output / "table.png")
    sheet = samples(outcomes, output)
    written = [output / "table.md", output / "table.png"]
    if sheet is not None:
        with beside(output / "samples.png") as partial:
            Image.fromarray(sheet).save(partial, format="png")
        written.append(output / "samples.png")
    return written


def markdown(table: Table, outcomes: Sequence[Outcome], about: str) -> str:
    """The table; published figures bear the data set's name."""
    metrics = metric_names(outcomes)
    sets = list(dict.fromkeys(name for row in table.rows for name in row.published))
    header = ["", "M parameters", "GMAC", *metrics, *(f"{name} (paper)" for name in sets)]
    lines = [f"# {table.title}", "", about, ""]
    lines.append(f"Published: {table.figures}. Ours are of another size and data: compare orders.")
    lines += ["", _line(header), _line(["---"] * len(header))]
    notes = []
    for row, outcome, reason in outcomes:
        cells = [row.name]
        if outcome:
            cells += [f"{outcome['parameters'] / 1e6:.2f}", f"{outcome['macs'] / 1e9:.2f}"]
            cells += [_number(outcome["scores"].get(name)) for name in metrics]
        else:
            cells += ["-"] * (2 + len(metrics))
        if reason:
            notes.append(f"- {row.name}: {reason}")
        lines.append(_line(cells + [row.published.get(name, "-") for name in sets]))
    lines += ["", *notes] if notes else []
    return "\n".join(lines) + "\n"


def metric_names(outcomes: Sequence[Outcome]) -> list[str]:
    """Of all metrics that some row has, in order."""
    return list(dict.fromkeys(name for _, done, _ in outcomes if done for name in done["scores"]))


def draw(table: Table, outcomes: Sequence[Outcome], picture: pathlib.Path) -> None:
    """A panel of bars for each of our metrics, and one for each published data set's mIoU."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    ours = metric_names(outcomes)
    sets = list(dict.fromkeys(name for row in table.rows for name in row.published))
    panels = [(name, [_ours(done, name) for _, done, _ in outcomes]) for name in ours]
    panels += [
        (f"paper: {name}", [_published(row.published.get(name)) for row, _, _ in outcomes])
        for name in sets
    ]
    if not panels:
        return
    size = (1.6 + 1.7 * len(panels), 1.0 + 0.32 * len(outcomes))
    figure, axes = plt.subplots(
        1, len(panels), figsize=size, sharey=True, squeeze=False, layout="constrained"
    )
    places = np.arange(len(outcomes))
    for number, (axis, (title, values)) in enumerate(zip(axes[0], panels, strict=True)):
        lengths = [0.0 if value is None else value for value in values]
        axis.barh(places, lengths, color="tab:blue" if number < len(ours) else "tab:gray")
        for place, value in zip(places, values, strict=True):
            axis.text(0, place, " -" if value is None else f" {value:.3g}", va="center", fontsize=7)
        axis.set_title(title, fontsize="small")
        axis.tick_params(labelsize="small")
    axes[0, 0].set_yticks(places, [row.name for row, _, _ in outcomes])
    axes[0, 0].invert_yaxis()
    figure.suptitle(table.title, fontsize="medium")
    with beside(picture) as partial:
        figure.savefig(partial, dpi=110, format="png")
    plt.close(figure)


def samples(outcomes: Sequence[Outcome], output: pathlib.Path) -> np.ndarray | None:
    """A line of images for each row, below layouts and photographs; None if no row was run."""
    ran = [row for row, done, _ in outcomes if done]
    if not ran:
        return None
    first = output / ran[0].folder / "samples"
    lines = [("layout", _pictures(first, "layout")), ("photograph", _pictures(first, "photograph"))]
    lines += [(row.name, _pictures(output / row.folder / "samples", "image")) for row in ran]
    return _sheet([(title, pictures) for title, pictures in lines if pictures])


def _sheet(lines: Sequence[tuple[str, list[np.ndarray]]]) -> np.ndarray:
    height, width = lines[0][1][0].shape[:2]
    gap, margin = 4, 190
    columns = len(lines[0][1])
    size = (margin + columns * (width + gap), len(lines) * (height + gap))
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for number, (title, pictures) in enumerate(lines):
        top = number * (height + gap)
        pen.text((6, top + height // 2 - 5), title, fill="black")
        for column, picture in enumerate(pictures):
            sheet.paste(Image.fromarray(picture), (margin + column * (width + gap), top))
    return np.asarray(sheet)


def _pictures(folder: pathlib.Path, name: str) -> list[np.ndarray]:
    paths = sorted(folder.glob(f"{name}_*.png"), key=lambda path: int(path.stem.split("_")[1]))
    return [np.asarray(Image.open(path).convert("RGB")) for path in paths]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _ours(done: Mapping[str, Any] | None, name: str) -> float | None:
    return done["scores"].get(name) if done else None


def _published(figures: str | None) -> float | None:
    """The first of `mIoU / accuracy / FID`."""
    return float(figures.split("/")[0]) if figures else None
