"""A run that fails ends, although its input pipeline is still painting scenes."""

import pytest

from tests.tiny_pix2pixhd import PIX2PIXHD
from tests.training.real_command import start

RUNS = 3
SECONDS = 120
"""After which a run counts as one that never ends; on an idle machine each takes about ten."""

SLOW_SCENES = """
from spade_tf.data import scenes
render = scenes.render_scene

def render_slowly(*arguments):
    time.sleep(0.2)
    return render(*arguments)

scenes.render_scene = render_slowly
"""


@pytest.mark.slow
def test_a_run_that_broke_does_not_wait_for_scenes(tmp_path):
    """A rate of 1e30 makes the second step's losses NaN, while more scenes are painted.

    Without care Python, once at its end, would wait for ever for the threads that paint.
    """
    values = {
        **PIX2PIXHD,
        "train.learning_rate": 1e30,
        "train.steps": 9,
        "data.num_scenes": 200,
    }
    runs = [start(tmp_path / str(number), values, before=SLOW_SCENES) for number in range(RUNS)]
    for run in runs:
        result = run.finish(SECONDS)
        assert result.status == 1, result  # and not -9, of one that was killed at last
        lines = result.stderr.splitlines()
        assert lines[-1].startswith("error: "), lines
        assert "Run again with a smaller train.learning_rate" in lines[-1]
        assert not [line for line in lines if "Traceback" in line]
