"""Results, report, bars and CSV of a study with known answers."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from spade_tf.errors import UserError
from spade_tf.evaluation.preference.database import Database
from spade_tf.evaluation.preference.export import write_answers
from spade_tf.evaluation.preference.report import to_markdown, write_report
from spade_tf.evaluation.preference.results import read_results, score
from spade_tf.evaluation.preference.statistics import wilson_interval
from tests.evaluation.preference.small_study import answer_all, make_survey


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """4 questions and a check. Two people favour red, one blue, who fails the check; then a second
    study without answers."""
    folder = tmp_path_factory.mktemp("study")
    survey, database, _ = make_survey(folder, 4, checks=1, dataset="coco", answers_per_question=9)
    for favours in (True, True, False):
        answer_all(survey, database, survey.join(), lambda n, favours=favours: favours)
    make_survey(folder, 4, dataset="ade|20k", seconds=1.5)[1].close()
    yield database
    database.close()


def test_scores(database):
    result, empty = read_results(database)
    assert (result.settings["dataset"], result.questions, result.checks) == ("coco", 4, 1)
    assert result.failed == 1
    everybody, attentive = result.scores, result.attentive
    assert (everybody.people, everybody.questions, everybody.answers) == (3, 4, 12)
    assert (everybody.favour_a, everybody.share) == (8, 8 / 12)
    assert everybody.answers_interval == wilson_interval(8, 12)
    # Each question has 2 of 3 for red: drawing questions changes nothing, drawing people all.
    assert everybody.questions_interval == pytest.approx((2 / 3, 2 / 3))
    assert everybody.people_interval == (0, 1)
    assert everybody.agreement == pytest.approx(1 / 3)  # of 3 pairs a question, 1
    assert everybody.median_seconds == pytest.approx(1.002, abs=0.0011)
    assert (attentive.people, attentive.answers, attentive.share) == (2, 8, 1)
    assert (attentive.agreement, attentive.alpha) == (1, None)
    assert (empty.scores.answers, empty.scores.share, empty.attentive) == (0, None, None)


def test_the_share_of_image_1():
    def row(prefers_a, a_is_first):
        common = {"question": 1, "person": 1, "milliseconds": 1}
        return {**common, "prefers_a": prefers_a, "a_is_first": a_is_first}

    assert score([row(1, 1), row(0, 0), row(0, 1), row(1, 1)]).first_share == 0.75


def test_the_report_is_markdown_a_picture_and_a_line(database, tmp_path):
    results = read_results(database)
    line = write_report(results, tmp_path / "new" / "r.md", 0)
    record = json.loads((tmp_path / "new" / "r.json").read_text())
    assert "\n" not in line and json.loads(line) == record
    assert record["metric"] == "preference"
    assert record["studies"][0]["scores"]["favour_a"] == 8
    assert record["studies"][0]["settings"]["method_a"] == "red"
    rows = [
        [cell.strip() for cell in row.split(" | ")]
        for row in (tmp_path / "new" / "r.md").read_text().splitlines()
        if row.startswith("| ")
    ]
    assert {len(row) for row in rows} == {8} and len(rows) == 2 * 5
    low, high = (f"{100 * value:.1f}" for value in wilson_interval(8, 12))
    assert rows[2][:5] == ["| coco", "red vs. blue", "66.7", "33.3", "66.7 to 66.7"]
    assert rows[2][5:] == ["3", "4", "12 |"]
    assert rows[3][1:4] == ["red vs. blue (attentive)", "100.0", "0.0"]
    assert rows[4][0] == "| ade\\|20k" and rows[4][2:] == ["–"] * 3 + ["0", "0", "0 |"]
    assert rows[7][2:5] == [f"{low} to {high}", "0.0 to 100.0", "33.3"]
    text = to_markdown(results, "r.png")
    assert "(r.png)" in text and "images shown for 1.5 s" in text
    assert "who answered one wrongly: 1," in text
    bars = np.asarray(Image.open(tmp_path / "new" / "r.png").convert("RGB"))
    # As long as the shares: blue-ish pixels for 8 of 12 answers, yellow-ish for 4.
    a = (np.abs(bars.astype(int) - (0x2A, 0x6F, 0xB0)).max(-1) < 8).any(0).sum()
    b = (np.abs(bars.astype(int) - (0xD9, 0xA4, 0x41)).max(-1) < 8).any(0).sum()
    assert a / (a + b) == pytest.approx(2 / 3, abs=0.01)


def test_a_report_needs_a_study_and_a_name_of_its_own(database, tmp_path):
    with pytest.raises(UserError, match="holds no study"):
        write_report([], tmp_path / "r.md", 0)
    with pytest.raises(UserError, match="give a Markdown file, such as r.md"):
        write_report(read_results(database), tmp_path / "r.json", 0)


def test_all_answers_as_csv(database, tmp_path):
    assert write_answers(database, tmp_path / "a.csv") == 15
    with open(tmp_path / "a.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 15
    comparisons = [row for row in rows if row["kind"] == "comparison"]
    assert sum(row["chosen"] == "red" for row in comparisons) == 8
    assert {row["question"] for row in comparisons} == {f"scene_{i}" for i in range(4)}
    assert {row["image_1"] for row in comparisons} == {"red", "blue"}
    checks = [row for row in rows if row["kind"] == "check"]
    assert [(row["chosen"], row["person_failed"]) for row in checks] == [
        ("right", "0"),
        ("right", "0"),
        ("wrong", "1"),
    ]
    assert {row["answered"] for row in rows} == {"1970-01-12T13:46:40.000+00:00"}
    first = [row for row in rows if row["person"] == rows[0]["person"]]
    assert [row["position"] for row in first] == ["1", "2", "3", "4", "5"]
    assert [row["milliseconds"] for row in first] == ["1000", "1001", "1002", "1003", "1004"]


def test_an_empty_database_gives_an_empty_csv(tmp_path):
    with Database(tmp_path / "a.sqlite", create=True) as database:
        assert read_results(database) == []
        assert write_answers(database, tmp_path / "a.csv") == 0
