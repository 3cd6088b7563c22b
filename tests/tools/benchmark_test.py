"""The command that times the networks side by side."""

import importlib.util
import json
import math
import os
import pathlib
import subprocess
import sys

import pytest
from PIL import Image

ROOT = pathlib.Path(__file__).parent.parent.parent

SMALL = (
    "--config=landscapes",
    "--config.model.base_width=2",
    "--config.model.hidden_width=4",
    "--config.model.latent_dim=0",
    "--config.discriminator.base_width=2",
    "--sizes=64x32",
    "--rounds=1",
)

pytestmark = pytest.mark.slow  # each run starts TensorFlow


def run(*flags):
    command = [sys.executable, "-m", "tools.benchmark", *flags]
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=env)


def rows_of(report):
    return {(w["title"], row["model"]): row for w in report["workloads"] for row in w["rows"]}


def is_picture(path):
    with Image.open(path) as picture:
        return len(picture.convert("RGB").getcolors(maxcolors=1 << 24)) > 10  # not blank


def test_prints_writes_and_draws(tmp_path):
    result = run(*SMALL, "--batches=2", "--models=spade_convolutions,clade", f"--output={tmp_path}")
    assert result.returncode == 0, result.stderr
    report = json.loads((tmp_path / "benchmark.json").read_text())
    assert [w["title"] for w in report["workloads"]] == [
        "inference, 64x32, batch 2",
        "training, 64x32, batch 1",
    ]
    models = ["spade_convolutions", "clade"]
    if importlib.util.find_spec("torch"):
        models += ["pytorch_spade", "pytorch_clade"]
    rows = rows_of(report)
    assert [row["model"] for row in report["workloads"][0]["rows"]] == models
    for (title, model), row in rows.items():
        assert "error" not in row
        assert len(row["seconds"]) == 1
        assert row["median_ms"] == pytest.approx(1e3 * row["seconds"][0])
        baseline = rows[title, "spade_convolutions"]["median_ms"]
        assert row["ratio"] == pytest.approx(row["median_ms"] / baseline)
        ours = rows[title, model.replace("pytorch_spade", models[0]).replace("pytorch_", "")]
        assert row["gmacs"] == ours["gmacs"] > 0
        if title.startswith("inference"):
            # Equal weights paint equal images, in PyTorch too.
            assert row["grey_levels_off"] < 0.05
            assert row["memory_mib"] > 0
        assert f"  {model} " in result.stdout
    row = rows["inference, 64x32, batch 2", "clade"]
    assert row["images_per_second"] == pytest.approx(2 / row["seconds"][0])
    assert math.isfinite(report["peaks"]["float32"]["convolution_gmacs_per_second"])
    assert is_picture(tmp_path / "inference.png")
    assert is_picture(tmp_path / "training.png")
    assert len(list(tmp_path.iterdir())) == 3


def test_what_cannot_run_says_why():
    flags = ("--what=inference", "--batches=1", "--torch=no", "--nomemory", "--modes=graph,xla")
    result = run(*SMALL, *flags, "--models=spade_neighbourhoods")
    assert result.returncode == 0, result.stderr
    graph, xla = (line for line in result.stdout.splitlines() if "spade_neighbourhoods " in line)
    assert "failed" not in graph
    assert "failed: model.modulation=neighbourhoods cannot be compiled with XLA" in xla


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--sizes=64"], "'64' is no size; write WIDTHxHEIGHT"),
        (["--sizes=100x64"], "data.width is 100"),
        (["--models=clad"], "--models: unknown 'clad' (did you mean clade?)"),
        (["--modes="], "--modes is empty"),
        (["--batches=0"], "'0' is no batch size"),
        (["--data_root=/"], "has no *_label/*.png"),
    ],
)
def test_a_mistake_is_one_line(flags, message):
    result = run(*flags, "--torch=no")
    assert result.returncode == 1
    errors = [line for line in result.stderr.splitlines() if not line.startswith("[")]
    assert len(errors) == 1 and message in errors[0]
    assert not result.stdout
