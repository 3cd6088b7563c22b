import dataclasses

import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.database import Database
from spade_tf.evaluation.preference.study import Settings, open_study
from tests.evaluation.preference.small_study import questions_of, write_files

SETTINGS = Settings("red", "blue", "coco")


@pytest.fixture
def database(tmp_path):
    write_files(tmp_path, 3)
    with Database(tmp_path / "a.sqlite", create=True) as database:
        yield database


def test_the_same_study_goes_on(database, tmp_path):
    questions = questions_of(tmp_path)
    study = open_study(database, SETTINGS, questions)
    assert list(study.questions.values()) == questions
    assert open_study(database, SETTINGS, questions) == study


def test_several_comparisons_fit_in_one_database(database, tmp_path):
    questions = questions_of(tmp_path)
    studies = [
        open_study(database, settings, questions)
        for settings in (
            SETTINGS,
            dataclasses.replace(SETTINGS, method_b="green"),
            dataclasses.replace(SETTINGS, dataset="ade20k"),
        )
    ]
    assert len({study.id for study in studies}) == len({study.token for study in studies}) == 3
    assert len({key for study in studies for key in study.questions}) == 9


def test_numbers_of_answers_may_change(database, tmp_path):
    questions = questions_of(tmp_path)
    open_study(database, SETTINGS, questions)
    more = dataclasses.replace(SETTINGS, answers_per_question=9, questions_per_person=2)
    assert open_study(database, more, questions).settings == more
    stored = database.row("SELECT * FROM studies")
    assert (stored["answers_per_question"], stored["questions_per_person"]) == (9, 2)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"seconds": 2.0}, "has --seconds=0, not 2"),
        ({"seed": 7}, "has --seed=0, not 7"),
        ({"method_a": "blue", "method_b": "red"}, "give --method_a and --method_b in that order"),
        ({"method_b": "red"}, "both methods are named 'red'"),
    ],
)
def test_other_settings_are_refused(database, tmp_path, changed, message):
    questions = questions_of(tmp_path)
    open_study(database, SETTINGS, questions)
    with pytest.raises(UserError, match=message):
        open_study(database, dataclasses.replace(SETTINGS, **changed), questions)
    assert database.value("SELECT count(*) FROM studies") == 1


def test_other_questions_or_changed_files_are_refused(database, tmp_path):
    questions = questions_of(tmp_path)
    open_study(database, SETTINGS, questions)
    with pytest.raises(UserError, match="asks 3 questions .*now 2 are given, and scene_2 is in"):
        open_study(database, SETTINGS, questions[:2])
    questions[1].image_b.write_bytes(questions[2].image_b.read_bytes())
    with pytest.raises(UserError, match="blue/scene_1.png has changed"):
        open_study(database, SETTINGS, questions)
