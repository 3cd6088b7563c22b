import json

import pytest

from spade_tf.errors import UserError
from spade_tf.evaluation.pages.run_contents import curves, run_contents
from spade_tf.training.workdir import Workdir
from tests.evaluation.pages.example_run import NASTY, example_run
from tests.tiny_config import tiny_config


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    return run_contents(example_run(tmp_path_factory.mktemp("pages") / "run"))


def test_figures(contents):
    """101 s until it was stopped, 104 s until it failed; the waits are all a quarter."""
    assert contents["title"] == f"tiny {NASTY}: run"
    assert dict(contents["figures"]) == {
        "Steps": "20 of 40",
        "Images seen": "40",
        "Time": 205.0,
        "Images per second": "4",
        "Waiting for input": "25%",
        "Peak memory": "2.0 GiB",
    }
    assert contents["starts"] == [20]  # images, two a step
    assert (
        contents["history"][0]["command"] == "train.py --config=tiny '--config.data.root=a folder'"
    )


def test_curves_and_scores(contents):
    losses = contents["losses"]
    assert losses["images"] == list(range(2, 41, 2))
    assert list(losses["lines"]) == ["G_GAN", "D_Real"]
    assert losses["lines"]["G_GAN"][:2] == [1.0, 0.5]
    speed = contents["speed"]["lines"]
    assert set(speed) == {"images/s", "input", "process", "GPU:0"}
    assert (speed["input"][0], speed["process"][0], speed["GPU:0"][0]) == (25.0, 1.0, 2.0)
    assert speed["images/s"][10] is None
    assert set(contents["gradient_norms"]["lines"]["D_Real"]) == {None}
    a, b = contents["scores"]
    assert (a["metric"], a["best"], a["last"]) == ("a", (10, 3.0), (15, 2.0))
    assert (b["metric"], b["best"], b["last"]) == ("b", (5, 1.0), (10, 3.0))


def test_lists(contents):
    assert contents["samples"] == [(n, f"samples/step_{n:06d}.png") for n in (5, 10, 20)]
    assert contents["bad_examples"]["count"] == 2
    assert contents["bad_examples"]["shown"][0]["example"] == NASTY
    changed = {row["key"]: (row["value"], row["standard"]) for row in contents["changed"]}
    assert changed["data.height"] == ("32", "256")
    assert "train.learning_rate" not in changed
    assert {"Python", "tensorflow", "Devices"} <= {name for name, _ in contents["environment"]}


def test_many_points_become_means_of_neighbours():
    """1800 rows in 600 groups of three."""
    rows = [{"step": n, "images": n, "a": float(n), "b": None} for n in range(1800)]
    thinned = curves(rows, ["a", "b"])
    assert thinned["images"][:2] == [2, 5] and len(thinned["images"]) == 600
    assert thinned["lines"]["a"][:2] == [1.0, 4.0]
    assert set(thinned["lines"]["b"]) == {None}


def test_a_run_that_has_only_begun(tmp_path):
    workdir = Workdir(tmp_path)
    with pytest.raises(UserError, match="is no workdir of a training run"):
        run_contents(workdir)
    workdir.describe(tiny_config())
    contents = run_contents(workdir)
    assert contents["figures"] == [("Steps", "0")]
    assert not any(contents[name] for name in ("history", "scores", "samples", "starts"))
    assert contents["losses"] == contents["speed"] == {"images": [], "lines": {}}
    json.dumps(contents, allow_nan=False)


def test_a_killed_start_counts_up_to_its_last_line(tmp_path):
    workdir = example_run(tmp_path)
    lines = workdir.history.read_text().splitlines(keepends=True)
    workdir.history.write_text(lines[0] + lines[2])
    # 100 s to the line of step 10, and from 1000 s to that of step 20 at 1100 s.
    assert dict(run_contents(workdir)["figures"])["Time"] == 200.0
