"""The command that checks a data set."""

import numpy as np
import pytest

from tests.data.small_sets import custom_set, write_png
from tests.run_commands import run_commands

pytestmark = pytest.mark.slow  # starts TensorFlow


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """What the command says of a good data set, of one with mistakes, and of landscapes."""
    folder = tmp_path_factory.mktemp("sets")
    for name in ("good", "wrong"):
        custom_set(folder / name, train=2, val=1)
    labels = np.full((40, 48), 77, np.uint8)
    write_png(folder / "wrong" / "train_label" / "scene_1.png", labels)
    colours = np.full((40, 48, 3), (1, 2, 3), np.uint8)
    write_png(folder / "wrong" / "val_label" / "scene_0.png", colours)
    size = ("--config.data.height=32", "--config.data.width=32")
    command = "tools.check_dataset"
    commands = {
        "good": [command, f"--config.data.root={folder}/good", *size],
        "wrong": [command, f"--config.data.root={folder}/wrong"],
        "landscapes": [command, "--config.data.root=", "--config=landscapes"],
    }
    return folder, run_commands(folder / "said", commands)


def test_a_good_data_set_exits_with_0(checked):
    result = checked[1]["good"]
    assert result.status == 0, result.stderr
    assert "train: 2 label maps with photographs, with instance maps" in result.stdout
    assert "width x height (files): 48x40 (2)" in result.stdout
    assert "--config.data.num_labels=5" in result.stdout
    assert result.stdout.endswith("Training can start.\n")


def test_what_is_wrong_is_listed_and_exits_with_1(checked):
    folder, results = checked
    wrong, result = folder / "wrong" / "train_label" / "scene_1.png", results["wrong"]
    assert result.status == 1
    assert "error: training would fail: 2 problems, listed above" in result.stderr
    assert f"     77   NONE         1920  50.00%       1  first in {wrong}" in result.stdout
    assert "--config.data.num_labels=78" in result.stdout
    assert "  1 2 3 label_0\n" in result.stdout
    assert "scene_0.png is 8-bit RGB" in result.stdout


def test_landscapes_need_no_check(checked):
    result = checked[1]["landscapes"]
    assert result.status == 0, result.stderr
    assert "val: 64 scenes painted on the spot" in result.stdout
