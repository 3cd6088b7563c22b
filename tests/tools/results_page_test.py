"""The command that writes a page of results."""

import json

import numpy as np
import pytest

from tests.data.small_sets import custom_set, write_png
from tests.run_commands import run_commands

pytestmark = pytest.mark.slow  # starts TensorFlow


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results_page")
    custom_set(folder / "data", train=1, val=3)
    for i in range(3):
        write_png(folder / "ours" / f"scene_{i}.png", np.zeros((32, 32, 3), np.uint8))
    line = {"metric": "miou", "value": 12.5, "higher_is_better": True}
    (folder / "ours.json").write_text(json.dumps(line))
    data = {"root": folder / "data", "num_labels": 5, "height": 32, "width": 32}
    config = [f"--config.data.{key}={value}" for key, value in data.items()]
    command = ["tools.results_page", "--config=custom", *config, "--config.data.preprocess=crop"]
    given = {
        "good": ["--methods=Ours=ours,Again=ours", "--metrics=Ours=ours.json", "--limit=2"],
        "no_methods": [],
        "no_name": ["--methods=ours"],
        "twice": ["--methods=Ours=ours,Ours=data"],
        "no_scores": ["--methods=Ours=ours", "--metrics=Ours=ours/scene_0.png"],
        "no_images": ["--methods=Ours=data/train_label"],
    }
    commands = {name: [*command, f"--output={name}", *flags] for name, flags in given.items()}
    commands["no_output"] = [*command, "--methods=Ours=ours"]
    # The commands' paths are relative to the folder that they run in.
    return folder, run_commands(folder, commands)


def test_a_page_is_written(results):
    folder, ran = results
    assert ran["good"].status == 0, ran["good"].stderr
    assert ran["good"].stdout == f"2 examples; open {folder / 'good' / 'index.html'}\n"
    text = (folder / "good" / "viewer" / "data.js").read_text(encoding="utf-8")
    assert '"columns":["Layout","Photograph","Ours","Again"]' in text
    assert '"values":[12.5,null]' in text
    assert (folder / "good" / "pictures" / "method_2" / "scene_2.jpg").is_file()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_methods", "give --methods=NAME=FOLDER"),
        ("no_name", "--methods has 'ours'; expected NAME=FOLDER"),
        ("twice", "--methods names 'Ours' twice"),
        ("no_scores", "scene_0.png"),
        ("no_images", "has no image of Ours for scene_1, scene_2; expected scene_1.png"),
        ("no_output", "give --output=PATH"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(results, name, message):
    folder, ran = results
    assert ran[name].status == 1
    errors = [line for line in ran[name].stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1 and message in errors[0]
    assert not (folder / name).exists()
