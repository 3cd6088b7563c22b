"""Which question a person gets next: the one with the fewest answers, else by chance.

Chosen one by one, so that all questions get equally many answers whenever people stop; the order
and the sides follow from the study's seed and the person.
"""

import random
import secrets
import sqlite3
from dataclasses import dataclass

from spade_tf.evaluation.preference.database import Database
from spade_tf.evaluation.preference.study import Study

AHEAD = 2
"""Questions given out to a person at a time: the one on the page, and the next, to load."""

HELD_SECONDS = 600.0
"""After this time without an answer, a question given out is given to others as well."""

_HELD = """
SELECT s.question AS question, count(*) AS held
FROM assignments s JOIN people p ON p.id = s.person LEFT JOIN answers r ON r.assignment = s.id
WHERE p.study = :study AND p.failed = 0 AND (r.answered NOT NULL OR s.assigned > :held_since)
GROUP BY s.question
"""
"""Answers, and questions given out; those of people who failed a check do not count."""

_UNSEEN = f"""
SELECT q.id AS question, q.kind AS kind, coalesce(h.held, 0) AS held
FROM questions q LEFT JOIN ({_HELD}) h ON h.question = q.id
WHERE q.study = :study
  AND NOT EXISTS (SELECT 1 FROM assignments s WHERE s.question = q.id AND s.person = :person)
ORDER BY q.id
"""


@dataclass(frozen=True)
class Rest:
    """What a person may still get, beside what is given out: question ids."""

    comparisons: list[int]
    """Those with the fewest answers."""
    num_comparisons: int
    """All that still need answers, at most as many as the person is to answer."""
    checks: list[int]


def give_out(database: Database, study: Study, person: sqlite3.Row, now: float) -> Rest:
    """Gives a person questions until AHEAD are open; call it in a transaction.

    Returns: what is left for the person after that.
    """
    database.rows(
        """DELETE FROM assignments WHERE person = ? AND shown IS NULL AND assigned <= ?
           AND id NOT IN (SELECT assignment FROM answers)""",
        (person["id"], now - HELD_SECONDS),
    )
    open_now = database.value(
        """SELECT count(*) FROM assignments
           WHERE person = ? AND id NOT IN (SELECT assignment FROM answers)""",
        (person["id"],),
    )
    rest = _rest(database, study, person, now)
    while open_now < AHEAD and rest.num_comparisons + len(rest.checks):
        _give_one(database, study, person, rest, now)
        open_now += 1
        rest = _rest(database, study, person, now)
    return rest


def _give_one(
    database: Database, study: Study, person: sqlite3.Row, rest: Rest, now: float
) -> None:
    last = database.value("SELECT max(position) FROM assignments WHERE person = ?", (person["id"],))
    position = (last or 0) + 1
    chance = random.Random(f"{study.settings.seed} {person['token']} {position}")
    # Each of the places that are left is as likely to hold a check as any other.
    is_check = chance.randrange(rest.num_comparisons + len(rest.checks)) < len(rest.checks)
    database.insert(
        "assignments",
        token=secrets.token_urlsafe(12),
        person=person["id"],
        question=chance.choice(rest.checks if is_check else rest.comparisons),
        position=position,
        a_is_first=chance.randrange(2),
        assigned=now,
    )


def _rest(database: Database, study: Study, person: sqlite3.Row, now: float) -> Rest:
    given = database.value(
        """SELECT count(*) FROM assignments s JOIN questions q ON q.id = s.question
           WHERE s.person = ? AND q.kind = 'comparison'""",
        (person["id"],),
    )
    unseen = database.rows(
        _UNSEEN,
        {"study": study.id, "person": person["id"], "held_since": now - HELD_SECONDS},
    )
    wanted = [
        row
        for row in unseen
        if row["kind"] == "comparison" and row["held"] < study.settings.answers_per_question
    ]
    most = study.settings.questions_per_person
    count = min(len(wanted), max(0, most - given)) if most else len(wanted)
    fewest = min((row["held"] for row in wanted), default=0)
    checks = [row["question"] for row in unseen if row["kind"] == "check"]
    return Rest(
        [row["question"] for row in wanted if row["held"] == fewest],
        count,
        checks if given or count else [],
    )
