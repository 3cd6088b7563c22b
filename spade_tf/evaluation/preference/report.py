"""The report: the papers' table as Markdown, a picture, and one JSON line."""

import dataclasses
import json
import pathlib
from collections.abc import Sequence
from typing import Any

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.bars import draw_bars
from spade_tf.evaluation.preference.results import Scores, StudyResults
from spade_tf.evaluation.preference.statistics import REPLICATES, Interval
from spade_tf.files import write_beside

_SHARES = (
    "Data set",
    "A vs. B",
    "Favour A, %",
    "Favour B, %",
    "95 % interval of A (questions)",
    "People",
    "Questions",
    "Answers",
)

_DETAILS = (
    "Data set",
    "A vs. B",
    "95 % interval of A (answers)",
    "(people)",
    "Agreement, %",
    "Alpha",
    "Image 1, %",
    "Median time, s",
)

_NOTES = f"""\
Each person saw a label map and two images of it, one of either method, in random order and on
random sides, and chose the one more like a photograph of that layout.

- **95 % interval of A**: of the share in favour of A. *Questions*, *people*: percentile bootstrap
  ({REPLICATES:,} draws) of whole questions or whole people, because answers to one question, or of
  one person, are not independent; too narrow with fewer than about 20 of them. *Answers*: Wilson's,
  as if all answers were independent. If one of them holds 50, the methods cannot be told apart.
- **Agreement**: pairs of answers to the same question that agree; chance gives 50. **Alpha**:
  Krippendorff's; 1 is full agreement, 0 is chance.
- **Image 1**: answers for the left or upper image, whichever method it was of; 50 if sides play no
  part.
- **Median time**: from when both images were visible to the answer.
"""


def write_report(results: Sequence[StudyResults], path: pathlib.Path, seed: int) -> str:
    """Writes the Markdown to `path`, and a .png and a .json of one line beside it.

    Args:
      results: of all studies.
      path: such as report.md.
      seed: of the bootstrap, to tell.

    Returns: the JSON line.

    Raises:
      UserError: no study, or `path` is named like the files beside it.
    """
    if not results:
        raise UserError("the database holds no study")
    if path.suffix in (".png", ".json"):
        raise UserError(f"--report={path}: give a Markdown file, such as {path.stem}.md")
    picture, line = path.with_suffix(".png"), to_json(results, seed)
    draw_bars(results, picture)
    write_beside(path.with_suffix(".json"), f"{line}\n")
    write_beside(path, to_markdown(results, picture.name))
    return line


def to_json(results: Sequence[StudyResults], seed: int) -> str:
    """One line; shares and intervals 0..1, unrounded."""
    studies = [dataclasses.asdict(result) for result in results]
    record = {
        "metric": "preference",
        "confidence": 0.95,
        "bootstrap": {"draws": REPLICATES, "seed": seed},
        "studies": studies,
    }
    return json.dumps(record)


def to_markdown(results: Sequence[StudyResults], picture: str) -> str:
    """The report as Markdown; `picture` is the file name of the bars."""
    rows = [(result, result.scores, "") for result in results]
    rows += [(r, r.attentive, " (attentive)") for r in results if r.attentive]
    rows.sort(key=lambda row: results.index(row[0]))
    lines = ["# Preference study", ""]
    lines += _table(_SHARES, [_title(*row) + _shares(row[1]) for row in rows])
    lines += ["", f"![Share of answers in favour of each method]({picture})", ""]
    lines += _table(_DETAILS, [_title(*row) + _details(row[1]) for row in rows])
    lines += ["", _NOTES]
    lines += [_describe(result) for result in results]
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rule = ["---"] * 2 + ["---:"] * (len(head) - 2)
    return [f"| {' | '.join(row)} |" for row in (head, rule, *rows)]


def _title(result: StudyResults, _: Scores, remark: str) -> list[str]:
    methods = f"{_cell(result.settings['method_a'])} vs. {_cell(result.settings['method_b'])}"
    return [_cell(result.settings["dataset"]) or "–", methods + remark]


def _shares(scores: Scores) -> list[str]:
    return [
        _percent(scores.share),
        _percent(None if scores.share is None else 1 - scores.share),
        _interval(scores.questions_interval),
        str(scores.people),
        str(scores.questions),
        str(scores.answers),
    ]


def _details(scores: Scores) -> list[str]:
    return [
        _interval(scores.answers_interval),
        _interval(scores.people_interval),
        _percent(scores.agreement),
        _number(scores.alpha, 2),
        _percent(scores.first_share),
        _number(scores.median_seconds, 1),
    ]


def _describe(result: StudyResults) -> str:
    settings = result.settings
    time = f"for {settings['seconds']:g} s" if settings["seconds"] else "as long as one wanted"
    text = (
        f"- {_cell(settings['method_a'])} vs. {_cell(settings['method_b'])}: {result.questions} "
        f"questions, {settings['answers_per_question']} answers wanted of each, images shown "
        f"{time}, seed {settings['seed']}."
    )
    if result.checks:
        text += (
            f" Attention checks for each person: {result.checks}; people who answered one wrongly: "
            f"{result.failed}, and the rows *attentive* are without them."
        )
    return text


def _cell(text: str) -> str:
    """A name that keeps within its cell."""
    return "".join(f"\\{c}" if c in "|\\`*_<[" else c for c in text)


def _percent(share: float | None) -> str:
    return _number(None if share is None else 100 * share, 1)


def _interval(interval: Interval | None) -> str:
    return "–" if interval is None else f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}"


def _number(value: Any, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
