"""What a person can do: join, see questions, answer them. Every request is checked here."""

import functools
import pathlib
import secrets
import sqlite3
import time
from collections.abc import Callable
from typing import Any

from spade_tf.evaluation.preference.assignment import Rest, give_out
from spade_tf.evaluation.preference.database import Database
from spade_tf.evaluation.preference.images import to_png
from spade_tf.evaluation.preference.material import Material
from spade_tf.evaluation.preference.study import Study

CHOICES = ("first", "second")
PICTURES = ("layout", *CHOICES)

LONGEST_MILLISECONDS = 2**31 - 1

_OPEN = """
SELECT * FROM assignments WHERE person = ? AND id NOT IN (SELECT assignment FROM answers)
ORDER BY position
"""

_COUNT_ANSWERS = """
SELECT count(*) FROM answers r JOIN assignments s ON s.id = r.assignment WHERE s.person = ?
"""


class Refusal(Exception):
    """A request that cannot be met, with its HTTP status."""

    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status


class Survey:
    """One study, asked to many people at once.

    Args:
      database: where answers go.
      study: of that database.
      material: what it shows.
      clock: seconds since 1970.
    """

    def __init__(
        self,
        database: Database,
        study: Study,
        material: Material,
        clock: Callable[[], float] = time.time,
    ):
        self.study = study
        self._database = database
        self._layouts = material.layouts
        self._clock = clock
        self._png: Callable[[pathlib.Path], bytes] = functools.lru_cache(maxsize=32)(to_png)

    def join(self) -> str:
        """A new person; the token that the person's browser keeps."""
        token = secrets.token_urlsafe(16)
        with self._database.transaction():
            self._database.insert("people", study=self.study.id, token=token, joined=self._clock())
        return token

    def state(self, token: str | None) -> dict[str, Any]:
        """What the page shows to a person now; `token` None or unknown is somebody new.

        Returns: for JSON: `seconds`, `questions` (of the whole study), `joined`; and of who has
        joined `answered`, `total`, and `question` and `next`, None where there is none.
        """
        state: dict[str, Any] = {
            "seconds": self.study.settings.seconds,
            "questions": self._questions_of_a_person(),
            "joined": False,
        }
        with self._database.transaction():
            person = self._person(token)
            if person:
                rest = give_out(self._database, self.study, person, self._clock())
                state |= self._progress(person, rest)
        return state

    def shown(self, token: str | None, assignment: str) -> None:
        """Notes when both images of a question were visible; only the first time counts.

        Raises:
          Refusal: nobody who joined, or no question of this person.
        """
        with self._database.transaction():
            row = self._assignment(token, assignment)
            self._database.rows(
                "UPDATE assignments SET shown = ? WHERE id = ? AND shown IS NULL",
                (self._clock(), row["id"]),
            )

    def answer(self, token: str | None, assignment: str, choice: str, milliseconds: int) -> None:
        """Stores an answer.

        Args:
          token: of the person.
          assignment: of the question.
          choice: "first" or "second".
          milliseconds: since both images were first visible.

        Raises:
          Refusal: nobody who joined, no question of this person, or answered already.
        """
        with self._database.transaction():
            row = self._assignment(token, assignment)
            prefers_a = int((choice == "first") == bool(row["a_is_first"]))
            try:
                self._database.insert(
                    "answers",
                    assignment=row["id"],
                    prefers_a=prefers_a,
                    milliseconds=milliseconds,
                    answered=self._clock(),
                )
            except sqlite3.IntegrityError as error:
                raise Refusal(409, "this question is answered already") from error
            if not prefers_a and self.study.questions[row["question"]].kind == "check":
                self._database.rows("UPDATE people SET failed = 1 WHERE id = ?", (row["person"],))

    def picture(self, token: str | None, assignment: str, which: str) -> bytes:
        """PNG of a question's "layout", "first" or "second" image. Raises Refusal as `answer`."""
        row = self._assignment(token, assignment)
        if which not in PICTURES:
            raise Refusal(404, "no such picture")
        question = self.study.questions[row["question"]]
        if which == "layout":
            return self._layouts[question.name].png
        is_a = (which == "first") == bool(row["a_is_first"])
        return self._png(question.image_a if is_a else question.image_b)

    def _person(self, token: str | None) -> sqlite3.Row | None:
        return self._database.row(
            "SELECT * FROM people WHERE study = ? AND token = ?", (self.study.id, token)
        )

    def _assignment(self, token: str | None, assignment: str) -> sqlite3.Row:
        """The person's row of an assignment, or a Refusal."""
        person = self._person(token)
        if not person:
            raise Refusal(401, "join first; the browser must accept cookies")
        row = self._database.row("SELECT * FROM assignments WHERE token = ?", (assignment,))
        if not row:
            raise Refusal(404, "no such question")
        if row["person"] != person["id"]:
            raise Refusal(403, "this question was given to somebody else")
        return row

    def _progress(self, person: sqlite3.Row, rest: Rest) -> dict[str, Any]:
        waiting = self._database.rows(_OPEN, (person["id"],))
        answered = self._database.value(_COUNT_ANSWERS, (person["id"],))
        return {
            "joined": True,
            "answered": answered,
            "total": answered + len(waiting) + rest.num_comparisons + len(rest.checks),
            "question": self._describe(waiting[0]) if waiting else None,
            "next": self._describe(waiting[1]) if len(waiting) > 1 else None,
        }

    def _describe(self, row: sqlite3.Row) -> dict[str, Any]:
        """A question as the page knows it: nothing that tells the method, or that it is a check."""
        shown = row["shown"]
        layout = self._layouts[self.study.questions[row["question"]].name]
        return {
            "id": row["token"],
            "shown_milliseconds_ago": None
            if shown is None
            else max(0, round(1000 * (self._clock() - shown))),
            "legend": [{"name": name, "color": color} for name, color in layout.legend],
        }

    def _questions_of_a_person(self) -> int:
        """How many questions somebody new is to answer at most, attention checks included."""
        kinds = [question.kind for question in self.study.questions.values()]
        comparisons = kinds.count("comparison")
        most = self.study.settings.questions_per_person or comparisons
        return min(most, comparisons) + kinds.count("check")
