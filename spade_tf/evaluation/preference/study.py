"""A study in the database: one comparison of two methods, its settings and its questions."""

import secrets
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.database import Database
from spade_tf.evaluation.preference.questions import Question

MAY_CHANGE = ("answers_per_question", "questions_per_person")
"""Settings that one may change while a study goes on; others would change what is measured."""


@dataclass(frozen=True)
class Settings:
    """How a study is done.

    Attributes:
      method_a, method_b: names for the report; people never see them.
      dataset: name for the report, or "".
      seconds: how long images show; 0 is as long as a person wants.
      answers_per_question: so many people answer each question.
      questions_per_person: at most, attention checks not counted; 0 is all.
      seed: of everything drawn at random.
    """

    method_a: str
    method_b: str
    dataset: str = ""
    seconds: float = 0.0
    answers_per_question: int = 5
    questions_per_person: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Study:
    """A study of the database.

    Attributes:
      id: in the database.
      token: opaque name, for the cookie.
      settings: as stored.
      questions: by their ids in the database.
    """

    id: int
    token: str
    settings: Settings
    questions: dict[int, Question]


def open_study(database: Database, settings: Settings, questions: Sequence[Question]) -> Study:
    """Makes the study, or goes on with the stored one of the same data set and methods.

    Raises:
      UserError: the stored one has other settings, questions or files, or its methods the other way
        round.
    """
    if settings.method_a == settings.method_b:
        raise UserError(f"both methods are named {settings.method_a!r}; give them two names")
    names = (settings.dataset, settings.method_a, settings.method_b)
    with database.transaction():
        find = "SELECT * FROM studies WHERE (dataset, method_a, method_b) = (?, ?, ?)"
        if database.row(find, (names[0], names[2], names[1])):
            raise UserError(
                f"{database.path} compares {names[2]} with {names[1]}; give --method_a and "
                "--method_b in that order"
            )
        stored = database.row(find, names)
        if stored:
            _check_settings(database, dict(stored), settings)
            _check_questions(database, stored["id"], questions)
        else:
            _store(database, settings, questions)
        stored = database.row(find, names)
        assert stored
        return Study(stored["id"], stored["token"], settings, _ids(database, stored, questions))


def _ids(database: Database, stored, questions: Sequence[Question]) -> dict[int, Question]:
    rows = database.rows("SELECT id, kind, name FROM questions WHERE study = ?", (stored["id"],))
    by_name = {(question.kind, question.name): question for question in questions}
    return {row["id"]: by_name[row["kind"], row["name"]] for row in rows}


def _store(database: Database, settings: Settings, questions: Sequence[Question]) -> None:
    study = database.insert(
        "studies", token=secrets.token_hex(4), created=time.time(), **asdict(settings)
    )
    for question in questions:
        database.insert(
            "questions",
            study=study,
            kind=question.kind,
            name=question.name,
            fingerprint=question.fingerprint(),
        )


def _check_settings(database: Database, stored: dict, settings: Settings) -> None:
    for name, value in asdict(settings).items():
        if name in MAY_CHANGE:
            database.rows(f"UPDATE studies SET {name} = ? WHERE id = ?", (value, stored["id"]))
        elif stored[name] != value:
            raise UserError(
                f"the study of {settings.method_a} and {settings.method_b} in {database.path} has "
                f"--{name}={stored[name]:g}, not {value:g}; give that, or another --database"
            )


def _check_questions(database: Database, study: int, questions: Sequence[Question]) -> None:
    given = {(question.kind, question.name): question for question in questions}
    stored = {
        (row["kind"], row["name"]): row["fingerprint"]
        for row in database.rows("SELECT * FROM questions WHERE study = ?", (study,))
    }
    if set(given) != set(stored):
        example = min(set(given) ^ set(stored))
        raise UserError(
            f"{database.path} asks {len(stored)} questions (attention checks included), now "
            f"{len(given)} are given, and {example[1]} is in only one of both; give the --labels, "
            "--questions, --attention_checks and --seed it was begun with, or another --database"
        )
    for key, question in given.items():
        if question.fingerprint() != stored[key]:
            raise UserError(
                f"{question.layout}, {question.image_a} or {question.image_b} has changed since "
                f"{database.path} was begun; bring back the files, or give another --database"
            )
