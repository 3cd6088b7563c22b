"""All answers as a CSV file, for statistics of one's own."""

import csv
import datetime
import pathlib

from spade_tf.evaluation.preference.database import Database
from spade_tf.files import beside

COLUMNS = (
    "dataset",
    "method_a",
    "method_b",
    "kind",
    "question",
    "person",
    "person_failed",
    "position",
    "image_1",
    "chosen",
    "milliseconds",
    "shown",
    "answered",
)
"""Of a check, `image_1` and `chosen` are "right" or "wrong"; times are UTC."""

# People by number: their tokens would let whoever reads the file answer for them.
_ANSWERS = """
SELECT t.dataset, t.method_a, t.method_b, q.kind, q.name, p.id, p.failed, s.position,
  s.a_is_first, r.prefers_a, r.milliseconds, s.shown, r.answered
FROM answers r JOIN assignments s ON s.id = r.assignment JOIN questions q ON q.id = s.question
  JOIN people p ON p.id = s.person JOIN studies t ON t.id = q.study
ORDER BY t.id, p.id, s.position
"""


def write_answers(database: Database, path: pathlib.Path) -> int:
    """Writes a row for each answer of every study; returns how many there were."""
    answers = database.rows(_ANSWERS)
    with beside(path) as partial, open(partial, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in answers:
            *fields, a_is_first, prefers_a, milliseconds, shown, answered = row
            is_check = row["kind"] == "check"
            names = ("wrong", "right") if is_check else (row["method_b"], row["method_a"])
            times = [_utc(shown), _utc(answered)]
            writer.writerow([*fields, names[a_is_first], names[prefers_a], milliseconds, *times])
    return len(answers)


def _utc(seconds: float | None) -> str:
    if seconds is None:
        return ""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return moment.isoformat(timespec="milliseconds")
