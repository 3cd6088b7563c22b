"""Small studies: label maps, images of two methods, and what asks about them."""

import pathlib

import numpy as np
from PIL import Image

from spade_tf.evaluation.preference.database import Database
from spade_tf.evaluation.preference.material import prepare
from spade_tf.evaluation.preference.questions import find_questions
from spade_tf.evaluation.preference.study import Settings, open_study
from spade_tf.evaluation.preference.survey import Survey

WIDTH, HEIGHT = 24, 16
RED, BLUE = (200, 30, 30), (30, 30, 200)
"""Of method A's and method B's images."""


def write(path: pathlib.Path, pixels: np.ndarray) -> pathlib.Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def write_files(root: pathlib.Path, count: int) -> None:
    """`labels` of the one class that is their number, `red` and `blue` images."""
    for i in range(count):
        write(root / "labels" / f"scene_{i}.png", np.full((HEIGHT, WIDTH), i))
        for method, color in (("red", RED), ("blue", BLUE)):
            pixels = np.full((HEIGHT, WIDTH, 3), color)
            pixels[0, 0] = i  # so that no two files are alike
            write(root / method / f"scene_{i}.png", pixels)


def questions_of(root: pathlib.Path, **values):
    return find_questions(root / "labels", root / "red", root / "blue", **values)


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def make_survey(root: pathlib.Path, count: int = 3, checks: int = 0, **settings):
    """A survey of `red` against `blue` in `root`, its database, and its clock."""
    write_files(root, count)
    material = prepare(questions_of(root), checks=checks)
    database, clock = Database(root / "answers.sqlite", create=True), Clock()
    database.rows("PRAGMA synchronous = OFF")  # the disk is not what is tested
    study = open_study(database, Settings("red", "blue", **settings), material.questions)
    return Survey(database, study, material, clock), database, clock


def answer_all(survey: Survey, database: Database, token: str, favour_a, most: int = 10**6) -> int:
    """Answers a person's questions; `favour_a(n)` says what to choose. Returns how many."""
    for number in range(most):
        question = survey.state(token)["question"]
        if not question:
            return number
        find = "SELECT a_is_first FROM assignments WHERE token = ?"
        a_is_first = database.value(find, (question["id"],))
        choice = "first" if favour_a(number) == a_is_first else "second"
        survey.answer(token, question["id"], choice, 1000 + number)
    return most
