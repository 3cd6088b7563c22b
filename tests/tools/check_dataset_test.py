"""The command that checks a data set."""

import subprocess
import sys

import numpy as np
import pytest

from tests.data.small_sets import ROOT, custom_set, write_png

pytestmark = pytest.mark.slow  # each run starts TensorFlow


def run(root, *flags):
    command = [sys.executable, "-m", "tools.check_dataset", f"--config.data.root={root}", *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_a_good_data_set_exits_with_0(tmp_path):
    custom_set(tmp_path, train=2, val=1)
    size = ("--config.data.height=32", "--config.data.width=32")
    result = run(tmp_path, *size)
    assert result.returncode == 0, result.stderr
    assert "train: 2 label maps with photographs, with instance maps" in result.stdout
    assert "width x height (files): 48x40 (2)" in result.stdout
    assert "--config.data.num_labels=5" in result.stdout
    assert result.stdout.endswith("Training can start.\n")


def test_what_is_wrong_is_listed_and_exits_with_1(tmp_path):
    custom_set(tmp_path, train=2, val=1)
    wrong = write_png(tmp_path / "train_label" / "scene_1.png", np.full((40, 48), 77, np.uint8))
    colours = np.full((40, 48, 3), (1, 2, 3), np.uint8)
    write_png(tmp_path / "val_label" / "scene_0.png", colours)
    result = run(tmp_path)
    assert result.returncode == 1
    assert "error: training would fail: 2 problems, listed above" in result.stderr
    assert f"     77   NONE         1920  50.00%       1  first in {wrong}" in result.stdout
    assert "--config.data.num_labels=78" in result.stdout
    assert "  1 2 3 label_0\n" in result.stdout
    assert "scene_0.png is 8-bit RGB" in result.stdout


def test_landscapes_need_no_check():
    result = run("", "--config=landscapes")
    assert result.returncode == 0, result.stderr
    assert "val: 64 scenes painted on the spot" in result.stdout
