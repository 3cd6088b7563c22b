import pytest

from spade_tf.training.json_lines import read_lines
from spade_tf.training.speed_log import SpeedLog
from spade_tf.training.stopwatch import Timing


def test_a_line_is_about_the_time_since_the_last(tmp_path):
    """Twelve images in 4 s, of which 1 s was waiting; then none."""
    log = SpeedLog(tmp_path / "speed.jsonl")
    log.add(Timing(3.0, 1.0), 8)
    log.add(Timing(1.0, 0.0), 4)
    log.write(3, 12)
    log.write(4, 16)
    first, second = read_lines(log.path)
    assert (first["step"], first["images"]) == (3, 12)
    assert (first["images_per_second"], first["input_wait"]) == (3.0, 0.25)
    assert (second["images_per_second"], second["input_wait"]) == (None, 0.0)
    assert first["time"] <= second["time"]


@pytest.mark.parametrize("cached", [False, True])
def test_advice_is_given_once_and_not_on_the_first_line(tmp_path, cached):
    log = SpeedLog(tmp_path / "speed.jsonl")
    said = []
    for step, waiting in enumerate((0.9, 0.19, 0.21, 0.9), start=1):
        log.add(Timing(1.0, waiting), 4)
        said.append(log.advice(log.write(step, 4 * step), cached))
    assert [bool(text) for text in said] == [False, False, True, False]
    assert "steps waited 21% of their time for input" in said[2]
    assert "data.shards" in said[2]
    assert ("data.cache" in said[2]) != cached
