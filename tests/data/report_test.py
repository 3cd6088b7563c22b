"""The words of the data checker."""

from collections import Counter

from spade_tf.data.check import SplitReport, full_check
from spade_tf.data.report import MOST_COLORS, MOST_PROBLEMS, describe
from tests.data.small_sets import custom_set


def test_ids_have_their_label_pixels_share_and_files(tmp_path):
    config = custom_set(tmp_path, train=2, val=1)
    lines = describe(full_check(config)[0], config)
    assert lines[0] == "train: 2 label maps with photographs, with instance maps"
    assert lines[1] == "  width x height (files): 48x40 (2)"
    rows = [line.split() for line in lines[3:-1]]
    assert [row[:2] for row in rows] == [[str(i), str(i)] for i in range(5)]
    assert sum(int(row[2]) for row in rows) == 2 * 40 * 48
    assert all(row[4] == "2" for row in rows)


def test_problems_beyond_the_first_are_counted(tmp_path):
    config = custom_set(tmp_path)
    report = SplitReport("train", problems=[f"fault {i}" for i in range(MOST_PROBLEMS + 3)])
    lines = describe(report, config)
    assert f"  PROBLEM fault {MOST_PROBLEMS - 1}" in lines
    assert lines[-2] == "  and 3 more problems"


def test_colours_are_lines_of_a_palette_file_unless_there_are_too_many(tmp_path):
    config = custom_set(tmp_path)
    few = SplitReport("train", colors=Counter({(1, 2, 3): 9, (4, 5, 6): 2}))
    assert describe(few, config)[-3:-1] == ["  1 2 3 label_0", "  4 5 6 label_1"]
    many = SplitReport(
        "train", colors=Counter((i % 256, i // 256, 0) for i in range(MOST_COLORS + 1))
    )
    assert "301 colours: more than labels need" in describe(many, config)[-2]
