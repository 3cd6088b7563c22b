import json

from spade_tf.training.json_lines import append_line, forget_after, read_lines


def test_lines_come_back(tmp_path):
    path = tmp_path / "run.jsonl"
    assert read_lines(path) == []
    rows = [{"step": step, "name": "Größe"} for step in (1, 2, 5)]
    for row in rows:
        append_line(path, row)
    assert read_lines(path) == rows
    forget_after(path, 2)
    assert read_lines(path) == rows[:2]


def test_no_file_is_made_where_there_was_none(tmp_path):
    forget_after(tmp_path / "run.jsonl", 9)
    assert not list(tmp_path.iterdir())


def test_a_last_line_cut_short_is_left_out(tmp_path):
    path = tmp_path / "losses.jsonl"
    path.write_text(json.dumps({"step": 1, "images": 4, "G_GAN": 1.0}) + '\n{"step": 2, "im')
    assert [row["step"] for row in read_lines(path)] == [1]
    forget_after(path, 9)
    assert path.read_text().endswith("}\n")
