"""From the answers in the database to the numbers of the report."""

import dataclasses
import hashlib
import statistics as python_statistics
from collections.abc import Sequence
from typing import Any

from spade_tf.evaluation.preference import statistics
from spade_tf.evaluation.preference.database import Database
from spade_tf.evaluation.preference.statistics import Interval

_ANSWERS = """
SELECT q.id AS question, p.id AS person, p.failed AS failed, r.prefers_a AS prefers_a,
  s.a_is_first AS a_is_first, r.milliseconds AS milliseconds
FROM answers r JOIN assignments s ON s.id = r.assignment
  JOIN questions q ON q.id = s.question JOIN people p ON p.id = s.person
WHERE q.study = ? AND q.kind = 'comparison' ORDER BY r.assignment
"""


@dataclasses.dataclass(frozen=True)
class Scores:
    """What some people's answers to one study say; shares and intervals are 0..1, of method A.

    Attributes:
      people, questions, answers: how many; questions with an answer.
      favour_a: answers in favour of method A.
      share: favour_a / answers; None without answers, as are the following.
      answers_interval: 95 % by Wilson, every answer taken as independent.
      questions_interval: 95 % by bootstrap over questions.
      people_interval: 95 % by bootstrap over people.
      agreement: of pairs of answers to a question.
      alpha: Krippendorff's.
      first_share: answers in favour of image 1, whichever method it was of; about 0.5.
      median_seconds: until the answer.
    """

    people: int
    questions: int
    answers: int
    favour_a: int
    share: float | None = None
    answers_interval: Interval | None = None
    questions_interval: Interval | None = None
    people_interval: Interval | None = None
    agreement: float | None = None
    alpha: float | None = None
    first_share: float | None = None
    median_seconds: float | None = None


@dataclasses.dataclass(frozen=True)
class StudyResults:
    """One study's results.

    Attributes:
      settings: the columns of the table `studies`.
      fingerprint: SHA-256 of all questions' files.
      questions: that the study asks, attention checks not counted.
      checks: attention checks that each person gets.
      failed: people who answered one wrongly.
      scores: of all answers.
      attentive: without those of people who failed; None if the study has no checks.
    """

    settings: dict[str, Any]
    fingerprint: str
    questions: int
    checks: int
    failed: int
    scores: Scores
    attentive: Scores | None


def read_results(database: Database, seed: int = 0) -> list[StudyResults]:
    """The results of every study of a database, in the order in which they were begun.

    Args:
      database: to read.
      seed: of the bootstrap.
    """
    return [
        _read_study(database, dict(row), seed)
        for row in database.rows("SELECT * FROM studies ORDER BY id")
    ]


def _read_study(database: Database, settings: dict[str, Any], seed: int) -> StudyResults:
    study = (settings.pop("id"),)
    settings.pop("token")
    count = "SELECT count(*) FROM questions WHERE study = ? AND kind = "
    checks = database.value(f"{count} 'check'", study)
    answers = database.rows(_ANSWERS, study)
    files = "SELECT group_concat(fingerprint) FROM (SELECT * FROM questions WHERE study = ? "
    files += "ORDER BY kind, name)"
    return StudyResults(
        settings,
        hashlib.sha256(database.value(files, study).encode()).hexdigest(),
        database.value(f"{count} 'comparison'", study),
        checks,
        database.value("SELECT count(*) FROM people WHERE study = ? AND failed", study),
        score(answers, seed),
        score([row for row in answers if not row["failed"]], seed) if checks else None,
    )


def score(answers: Sequence[Any], seed: int = 0) -> Scores:
    """Scores of answers with the keys question, person, prefers_a, a_is_first, milliseconds."""
    favours = [bool(row["prefers_a"]) for row in answers]
    questions = statistics.by_cluster([row["question"] for row in answers], favours)
    people = statistics.by_cluster([row["person"] for row in answers], favours)
    counts = people.shape[1], questions.shape[1], len(answers), sum(favours)
    if not answers:
        return Scores(*counts)
    chose_first = [row["prefers_a"] == row["a_is_first"] for row in answers]
    return Scores(
        *counts,
        share=sum(favours) / len(answers),
        answers_interval=statistics.wilson_interval(sum(favours), len(answers)),
        questions_interval=statistics.cluster_bootstrap(questions[0], questions[1], seed),
        people_interval=statistics.cluster_bootstrap(people[0], people[1], seed),
        agreement=statistics.pairwise_agreement(*questions),
        alpha=statistics.krippendorff_alpha(*questions),
        first_share=sum(chose_first) / len(answers),
        median_seconds=python_statistics.median(row["milliseconds"] for row in answers) / 1000,
    )
