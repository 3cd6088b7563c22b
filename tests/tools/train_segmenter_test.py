"""The command that trains a segmenter, made small."""

import json

import numpy as np
import pytest
from PIL import Image

from spade_tf.evaluation.segmenter import load_segmenter
from tests.data.small_sets import custom_set
from tests.run_commands import run_commands

pytestmark = pytest.mark.slow

SMALL = [
    "--config=landscapes",
    "--config.data.height=32",
    "--config.data.width=32",
    "--config.data.num_scenes=6",
    "--steps=4",
    "--batch_size=2",
    "--base_width=2",
]

# The command with steps that take no time; after the second comes a real signal.
STOPPED_AT_STEP_2 = """
import os, runpy, signal
import numpy as np
from spade_tf.evaluation.segmenter.training import SegmenterTraining
def pass_step(training, batch):
    training.optimizer.iterations.assign_add(1)
    if training.step == 2:
        os.kill(os.getpid(), signal.SIGTERM)
    return np.float32({loss})
SegmenterTraining.train_step = pass_step
runpy.run_module("tools.train_segmenter", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What the commands printed, and the folder that they wrote to."""
    folder = tmp_path_factory.mktemp("segmenters")
    custom_set(folder / "broken", train=1, val=1)
    (folder / "broken" / "train_label" / "scene_0.png").write_bytes(b"nothing")
    (folder / "stopped_train.py").write_text(STOPPED_AT_STEP_2.format(loss=1.5))
    (folder / "failing_train.py").write_text(STOPPED_AT_STEP_2.format(loss="'nan'"))
    command = ["tools.train_segmenter", *SMALL, "--output=scenes"]
    commands = {
        "stopped": ["stopped_train", *command[1:]],
        "other": [*command, "--config.train.seed=1"],
        "continued": command,
        "nowhere": command[:-1],
        "broken": [
            *("tools.train_segmenter", "--config=custom", "--output=bad"),
            f"--config.data.root={folder}/broken",
        ],
        "failing": ["failing_train", *SMALL, "--output=failed"],
    }
    return run_commands(folder, commands, compiled=False), folder


def test_a_signal_stops_it_where_it_can_go_on(runs):
    results, folder = runs
    assert results["stopped"].status == 0, results["stopped"].stderr
    assert "13 classes; 6 training images of 32x32; step 0 of 4" in results["stopped"].stdout
    assert "img/s" in results["stopped"].stderr
    assert "SIGTERM: saved; run the same command to continue" in results["stopped"].stderr
    assert "step 2 of 4" in results["continued"].stdout
    lines = (folder / "scenes" / "training" / "losses.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [4]


def test_a_segmenter_with_scores_and_pictures(runs):
    results, folder = runs
    assert results["continued"].status == 0, results["continued"].stderr
    names = {path.name for path in (folder / "scenes").iterdir()}
    assert names == {
        "segmenter.json",
        "weights.npz",
        "scores.json",
        "class_iou.png",
        "confusion.png",
        "validation.png",
        "training",
    }
    segmenter = load_segmenter(folder / "scenes")
    line = json.loads((folder / "scenes" / "scores.json").read_text())
    assert (line["num_images"], line["steps"], line["config"]) == (64, 4, "landscapes")
    assert line["checksum"] == segmenter.checksum
    assert line["miou"] == pytest.approx(segmenter.card.miou, abs=1e-6)
    assert f"mIoU {100 * line['miou']:.1f} %" in results["continued"].stdout
    assert segmenter.predict(np.zeros((1, 48, 64, 3), np.uint8)).shape == (1, 48, 64)
    with Image.open(folder / "scenes" / "validation.png") as sheet:
        assert sheet.width > 12 * 3 * 32  # twelve scenes: photograph, truth, prediction


@pytest.mark.parametrize(
    "name, message",
    [
        ("other", "scenes/training holds another training: seed=0 (asked: 1); go on with these"),
        ("nowhere", "give --output=PATH"),
        ("broken", "train_label/scene_0.png"),
        ("failing", "the loss is nan at step 1; remove --output and train with a smaller"),
    ],
)
def test_errors_are_one_line(runs, name, message):
    results, folder = runs
    assert results[name].status == 1
    errors = [line for line in results[name].stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and message in errors[0]
    assert "Traceback" not in results[name].stderr
    assert not (folder / "bad").exists()
    assert not (folder / "failed" / "segmenter.json").exists()
