"""The command that counts parameters and multiply-accumulates."""

import json
import pathlib
import subprocess
import sys

import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).parent.parent.parent

pytestmark = pytest.mark.slow  # each run starts TensorFlow


def run(*flags):
    command = [sys.executable, "-m", "tools.complexity", *flags]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_prints_writes_and_draws(tmp_path):
    small = ("--config=facades", "--config.model.base_width=2", "--config.model.hidden_width=4")
    result = run(*small, "--compare=clade", "--memory", f"--output={tmp_path}")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert [report[key] for key in ("name", "network", "norm", "height", "width")] == [
        "facades",
        "generator",
        "spade",
        256,
        256,
    ]
    for counted in (report, report["compared_with"]):
        layers, parameters, macs = (counted[key] for key in ("layers", "parameters", "macs"))
        assert parameters["trainable"] == sum(layer["parameters"] for layer in layers)
        assert parameters["trainable"] == parameters["backbone"] + parameters["modulation"]
        assert parameters["total"] > parameters["trainable"]
        assert macs["total"] == sum(layer["macs"] for layer in layers)
        assert macs["total"] == macs["backbone"] + macs["modulation"]
    assert report["layers"][-1] == {
        "name": "to_image",
        "part": "backbone",
        "output": [256, 256, 3],
        "parameters": 57,  # 3x3 from 2 to 3 channels, 3 biases
        "macs": 256 * 256 * 54,
    }
    memory = report["memory"]
    parts = ("state", "gradients", "features", "working", "runtime")
    assert memory["total"] == sum(memory[part] for part in parts)
    assert memory["images"] == (1 if memory["device"] == "CPU" else 4)
    assert report["compared_with"]["norm"] == "clade"
    assert report["compared_with"]["macs"]["modulation"] == 0
    assert json.loads((tmp_path / "complexity.json").read_text()) == report
    with Image.open(tmp_path / "complexity.png") as picture:
        assert len(picture.convert("RGB").getcolors(maxcolors=1 << 24)) > 10  # not blank
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "complexity.json",
        "complexity.png",
    ]


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--config=ade20k", "--network=encoder"], "error: config ade20k has no encoder"),
        (["--config=ade20k", "--compare=clad"], "model.norm is 'clad' (did you mean clade?)"),
        ([], "give --config=NAME"),
    ],
)
def test_a_mistake_is_one_line(flags, message):
    result = run(*flags)
    assert result.returncode == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not result.stdout
