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

# The command, which gets a real signal after its second step.
STOPPED_AT_STEP_2 = """
import os, runpy, signal, sys
from spade_tf.evaluation.segmenter.training import SegmenterTraining
step = SegmenterTraining.train_step
def step_and_stop(training, batch):
    loss = step(training, batch)
    if training.step == 2:
        os.kill(os.getpid(), signal.SIGTERM)
    return loss
SegmenterTraining.train_step = step_and_stop
runpy.run_module("tools.train_segmenter", run_name="__main__", alter_sys=True)
"""


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """What the commands printed, and the folder that they wrote to."""
    folder = tmp_path_factory.mktemp("segmenters")
    custom_set(folder / "broken", train=1, val=1)
    (folder / "broken" / "train_label" / "scene_0.png").write_bytes(b"nothing")
    (folder / "stopped_train.py").write_text(STOPPED_AT_STEP_2)
    command = ["tools.train_segmenter", *SMALL]
    broken = ["--config=custom", f"--config.data.root={folder}/broken", "--output=bad"]
    commands = {
        "whole": [*command, "--output=whole"],
        "stopped": ["stopped_train", *SMALL, "--output=parts"],
        "other": [*command, "--output=parts", "--config.train.seed=1"],
        "continued": [*command, "--output=parts"],
        "nowhere": command,
        "broken": ["tools.train_segmenter", *broken],
        "not_finite": [*command, "--output=high", "--learning_rate=1e30"],
    }
    return run_commands(folder, commands), folder


def test_a_segmenter_with_scores_and_pictures(runs):
    results, folder = runs
    assert results["whole"].status == 0, results["whole"].stderr
    assert "13 classes; 6 training images of 32x32; step 0 of 4" in results["whole"].stdout
    assert "img/s" in results["whole"].stderr
    names = {path.name for path in (folder / "whole").iterdir() if path.suffix}
    assert names == {
        "segmenter.json",
        "weights.npz",
        "scores.json",
        "class_iou.png",
        "confusion.png",
        "validation.png",
    }
    segmenter = load_segmenter(folder / "whole")
    line = json.loads((folder / "whole" / "scores.json").read_text())
    assert (line["num_images"], line["steps"], line["config"]) == (64, 4, "landscapes")
    assert line["checksum"] == segmenter.checksum
    assert line["miou"] == pytest.approx(segmenter.card.miou, abs=1e-6)
    assert f"mIoU {100 * line['miou']:.1f} %" in results["whole"].stdout
    assert segmenter.predict(np.zeros((1, 48, 64, 3), np.uint8)).shape == (1, 48, 64)
    with Image.open(folder / "whole" / "validation.png") as sheet:
        assert sheet.width > 12 * 3 * 32  # twelve scenes: photograph, truth, prediction


def test_stopped_and_continued_equals_uninterrupted_bit_for_bit(runs):
    results, folder = runs
    assert results["stopped"].status == 0, results["stopped"].stderr
    assert "SIGTERM: saved; run the same command to continue" in results["stopped"].stderr
    assert results["continued"].status == 0, results["continued"].stderr
    assert "step 2 of 4" in results["continued"].stdout
    whole, parts = (load_segmenter(folder / name).checksum for name in ("whole", "parts"))
    assert whole == parts
    steps = [
        json.loads(line)["step"]
        for line in (folder / "parts" / "training" / "losses.jsonl").read_text().splitlines()
    ]
    assert steps == [4]


@pytest.mark.parametrize(
    "name, message",
    [
        ("other", "parts/training holds another training: seed=0 (asked: 1); go on with these"),
        ("nowhere", "give --output=PATH"),
        ("broken", "train_label/scene_0.png"),
        ("not_finite", "the loss is nan at step"),
    ],
)
def test_errors_are_one_line(runs, name, message):
    results, folder = runs
    assert results[name].status == 1
    errors = [line for line in results[name].stderr.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1 and message in errors[0]
    assert "Traceback" not in results[name].stderr
    assert not (folder / "bad").exists()
