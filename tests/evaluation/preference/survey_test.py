"""What people see, and what of theirs is taken."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from spade_tf.evaluation.preference.survey import Refusal
from tests.evaluation.preference.small_study import BLUE, RED, answer_all, make_survey


def pixel(png, row=-1):
    return tuple(np.asarray(Image.open(io.BytesIO(png)))[row, row].tolist())


def row_of(database, question):
    return database.row(
        """SELECT s.*, q.name, q.kind FROM assignments s JOIN questions q ON q.id = s.question
           WHERE s.token = ?""",
        (question["id"],),
    )


def refused(status, call, *arguments):
    with pytest.raises(Refusal) as caught:
        call(*arguments)
    assert caught.value.status == status


def test_the_stored_side_is_the_one_that_is_seen(tmp_path):
    survey, database, _ = make_survey(tmp_path, 6)
    person, sides = survey.join(), set()
    while question := survey.state(person)["question"]:
        row = row_of(database, question)
        first, second = (survey.picture(person, question["id"], x) for x in ("first", "second"))
        expected = (RED, BLUE) if row["a_is_first"] else (BLUE, RED)
        assert (pixel(first), pixel(second)) == expected
        # The corner of an image is the number of its scene; the layouts are of different colours.
        assert row["name"] == f"scene_{pixel(first, 0)[0]}"
        layout = Image.open(io.BytesIO(survey.picture(person, question["id"], "layout")))
        assert layout.size == (24, 16)
        survey.answer(person, question["id"], "first", 5)
        sides.add(row["a_is_first"])
        chosen = database.value("SELECT prefers_a FROM answers WHERE assignment = ?", (row["id"],))
        assert chosen == row["a_is_first"]
    assert sides == {0, 1}


def test_a_check_shows_an_image_of_its_layout_and_one_of_another(tmp_path):
    survey, database, _ = make_survey(tmp_path, 3, checks=2)
    person, checks = survey.join(), 0
    while question := survey.state(person)["question"]:
        row = row_of(database, question)
        if row["kind"] == "check":
            right, wrong = ("first", "second") if row["a_is_first"] else ("second", "first")
            images = [survey.picture(person, question["id"], x) for x in (right, wrong)]
            assert pixel(images[0]) == pixel(images[1])  # of one method
            numbers = [pixel(image, 0)[0] for image in images]
            assert row["name"] == f"scene_{numbers[0]}" != f"scene_{numbers[1]}"
            checks += 1
        survey.answer(person, question["id"], "first", 5)
    assert checks == 2


def test_a_new_person_is_told_what_to_expect(tmp_path):
    survey, _, _ = make_survey(tmp_path, 3, checks=1, seconds=2.5)
    expected = {"seconds": 2.5, "questions": 4, "joined": False}
    assert survey.state(None) == survey.state("unknown") == expected


def test_nothing_that_is_sent_names_a_method_or_a_check(tmp_path):
    survey, _, _ = make_survey(tmp_path, 3, checks=2)
    state = survey.state(survey.join())
    for question in (state["question"], state["next"]):
        assert set(question) == {"id", "shown_milliseconds_ago", "legend"}
        assert len(question["id"]) == 16 and question["legend"] == []


def test_on_reload_the_same_question_comes_with_its_clock(tmp_path):
    survey, database, clock = make_survey(tmp_path, 3)
    person = survey.join()
    first = survey.state(person)
    assert first["question"]["shown_milliseconds_ago"] is None
    survey.shown(person, first["question"]["id"])
    clock.now += 1.5
    survey.shown(person, first["question"]["id"])  # reloaded; the first time counts
    again = survey.state(person)
    assert again["question"] == {**first["question"], "shown_milliseconds_ago": 1500}
    assert again["next"] == first["next"]
    survey.answer(person, first["question"]["id"], "second", 1600)
    after = survey.state(person)
    assert after["question"] == first["next"]
    assert (after["answered"], after["total"]) == (1, 3)
    stored = database.row("SELECT * FROM answers")
    assert (stored["milliseconds"], stored["answered"]) == (1600, clock.now)


def test_strangers_and_second_answers_are_refused(tmp_path):
    survey, database, _ = make_survey(tmp_path, 3)
    person, other = survey.join(), survey.join()
    question = survey.state(person)["question"]["id"]
    for status, token, name in (
        (401, None, question),
        (401, "nobody", question),
        (403, other, question),
        (404, person, "unknown"),
    ):
        refused(status, survey.answer, token, name, "first", 5)
        refused(status, survey.shown, token, name)
        refused(status, survey.picture, token, name, "first")
    refused(404, survey.picture, person, question, "method_a")
    assert database.value("SELECT count(*) FROM answers") == 0
    survey.answer(person, question, "first", 5)
    refused(409, survey.answer, person, question, "second", 6)
    assert database.value("SELECT count(*) FROM answers") == 1


def test_people_of_another_study_are_strangers(tmp_path):
    survey, _, _ = make_survey(tmp_path, 1)
    other, _, _ = make_survey(tmp_path, 1, dataset="another")
    person = survey.join()
    assert not other.state(person)["joined"]
    refused(401, other.answer, person, survey.state(person)["question"]["id"], "first", 5)


def test_many_people_at_once(tmp_path):
    survey, database, _ = make_survey(tmp_path, 5, answers_per_question=4)
    people = [survey.join() for _ in range(8)]
    failures = []

    def take_part(person):
        try:
            answer_all(survey, database, person, lambda n: True)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=take_part, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    counts = database.rows(
        "SELECT count(*) FROM answers r JOIN assignments s ON s.id = r.assignment GROUP BY question"
    )
    assert [row[0] for row in counts] == [4] * 5


def test_two_tabs_answer_a_question_once(tmp_path):
    survey, database, _ = make_survey(tmp_path, 1)
    person = survey.join()
    question = survey.state(person)["question"]["id"]
    results, together = [], threading.Barrier(6)

    def answer():
        together.wait()
        try:
            survey.answer(person, question, "first", 5)
            results.append(200)
        except Refusal as refusal:
            results.append(refusal.status)

    threads = [threading.Thread(target=answer) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [200] + [409] * 5
