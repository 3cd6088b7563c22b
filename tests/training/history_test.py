from spade_tf.training.history import History
from spade_tf.training.json_lines import read_lines


def test_starts_and_ends_are_lines(tmp_path):
    history = History(tmp_path / "history.jsonl")
    history.start(0, 9)
    history.end("stopped", 5, "SIGTERM")
    History(history.path).start(5, 9)
    first, second, third = read_lines(history.path)
    assert first["event"] == third["event"] == "start"
    assert (first["step"], third["step"]) == (0, 5)
    assert first["total_steps"] == 9
    assert first["command"] and "CPU:0" in first["devices"][0]
    assert (second["event"], second["step"], second["reason"]) == ("stopped", 5, "SIGTERM")
    assert first["time"] <= second["time"] <= third["time"]
