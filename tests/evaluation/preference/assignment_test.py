"""Who gets which question when."""

import itertools
from collections import Counter

from spade_tf.evaluation.preference.assignment import HELD_SECONDS
from tests.evaluation.preference.small_study import answer_all, make_survey


def favour_a(_):
    return True


def answers_of_questions(database):
    rows = database.rows(
        """SELECT q.id, count(r.answered) FROM questions q
           LEFT JOIN assignments s ON s.question = q.id LEFT JOIN answers r ON r.assignment = s.id
           WHERE q.kind = 'comparison' GROUP BY q.id"""
    )
    return [row[1] for row in rows]


def orders(database):
    """Question ids of each person in the person's order."""
    people = database.rows("SELECT id FROM people ORDER BY id")
    find = "SELECT question FROM assignments WHERE person = ? ORDER BY position"
    return [[row[0] for row in database.rows(find, tuple(person))] for person in people]


def test_each_person_gets_every_question_once_in_an_order_of_their_own(tmp_path):
    survey, database, _ = make_survey(tmp_path, 6)
    for _ in range(4):
        assert answer_all(survey, database, survey.join(), favour_a) == 6
    found = orders(database)
    assert all(sorted(order) == list(range(1, 7)) for order in found)
    assert len({tuple(order) for order in found}) > 1


def test_sides_are_random_and_stored(tmp_path):
    survey, database, _ = make_survey(tmp_path, 8, answers_per_question=100)
    for _ in range(25):
        answer_all(survey, database, survey.join(), favour_a)
    # 200 fair coins: 100 -+ 4 standard deviations of 7.07.
    assert 72 < database.value("SELECT sum(a_is_first) FROM assignments") < 128
    # Always for red, wherever it was.
    assert database.value("SELECT min(prefers_a) FROM answers") == 1


def test_people_who_stop_leave_all_questions_equally_answered(tmp_path):
    survey, database, clock = make_survey(tmp_path, 6, answers_per_question=3)
    for most in (2, 1, 4, 3, 2):
        answer_all(survey, database, survey.join(), favour_a, most)
        clock.now += HELD_SECONDS + 1
    assert answers_of_questions(database) == [2] * 6


def test_nobody_is_asked_when_all_answers_are_there(tmp_path):
    survey, database, _ = make_survey(tmp_path, 4, checks=1, answers_per_question=2)
    assert [answer_all(survey, database, survey.join(), favour_a) for _ in range(3)] == [5, 5, 0]
    assert answers_of_questions(database) == [2] * 4


def test_people_at_the_same_time_do_not_get_the_last_question_twice(tmp_path):
    survey, database, clock = make_survey(tmp_path, 2, answers_per_question=1)
    first, second = survey.join(), survey.join()
    assert survey.state(first)["total"] == 2  # given out, both
    assert survey.state(second)["question"] is None
    clock.now += HELD_SECONDS + 1  # the first one has left
    assert answer_all(survey, database, second, favour_a) == 2
    assert survey.state(first)["question"] is None
    assert answers_of_questions(database) == [1, 1]


def test_a_question_that_was_seen_stays_with_who_saw_it(tmp_path):
    survey, database, clock = make_survey(tmp_path, 2, answers_per_question=1)
    first, second = survey.join(), survey.join()
    seen = survey.state(first)["question"]["id"]
    survey.shown(first, seen)
    clock.now += HELD_SECONDS + 1
    answer_all(survey, database, second, favour_a)
    assert survey.state(first)["question"]["id"] == seen
    survey.answer(first, seen, "first", 5)
    assert sorted(answers_of_questions(database)) == [1, 2]


def test_a_person_may_get_only_some(tmp_path):
    survey, database, _ = make_survey(
        tmp_path, 6, checks=1, answers_per_question=2, questions_per_person=4
    )
    assert survey.state(None)["questions"] == 5
    assert [answer_all(survey, database, survey.join(), favour_a) for _ in range(3)] == [5, 5, 5]
    assert answers_of_questions(database) == [2] * 6


def test_progress_counts_to_the_end(tmp_path):
    survey, database, _ = make_survey(tmp_path, 3, checks=2)
    person, seen = survey.join(), []
    for _ in range(5):
        state = survey.state(person)
        seen.append((state["answered"], state["total"]))
        answer_all(survey, database, person, favour_a, 1)
    assert seen == [(0, 5), (1, 5), (2, 5), (3, 5), (4, 5)]


def test_checks_come_anywhere(tmp_path):
    survey, database, _ = make_survey(tmp_path, 4, checks=1, answers_per_question=1000)
    for _ in range(40):
        answer_all(survey, database, survey.join(), favour_a)
    places = Counter(
        row[0]
        for row in database.rows(
            "SELECT position FROM assignments s JOIN questions q ON q.id = s.question "
            "WHERE kind = 'check'"
        )
    )
    # 40 people, 5 places; each is missed by chance once in 7,500 times.
    assert set(places) == {1, 2, 3, 4, 5} and sum(places.values()) == 40


def test_answers_of_people_who_failed_are_asked_for_again(tmp_path):
    survey, database, _ = make_survey(tmp_path, 2, checks=1, answers_per_question=1)
    careless, careful = survey.join(), survey.join()
    assert answer_all(survey, database, careless, lambda n: False) == 3
    assert answer_all(survey, database, careful, favour_a) == 3
    assert answers_of_questions(database) == [2, 2]
    failed = database.rows("SELECT failed FROM people ORDER BY id")
    assert [row[0] for row in failed] == [1, 0]


def test_order_and_sides_follow_from_seed_and_person(tmp_path, monkeypatch):
    found = []
    for run, seed in enumerate((0, 0, 1)):
        tokens = map(str, itertools.count())
        monkeypatch.setattr("secrets.token_urlsafe", lambda _, tokens=tokens: next(tokens))
        survey, database, _ = make_survey(tmp_path / str(run), 8, seed=seed)
        answer_all(survey, database, survey.join(), favour_a)
        rows = database.rows("SELECT question, a_is_first FROM assignments ORDER BY position")
        found.append([tuple(row) for row in rows])
    assert found[0] == found[1] != found[2]
