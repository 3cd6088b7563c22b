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

from tests.run_commands import run_commands

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


def is_picture(path):
    with Image.open(path) as picture:
        return len(picture.convert("RGB").getcolors(maxcolors=1 << 24)) > 10  # not blank


# The command, with a look at the machine's peak that takes no half a minute.
QUICK = """
import functools, runpy
from spade_tf.benchmark import peaks
peaks.measure_peak = functools.partial(peaks.measure_peak, tries=1, side=128)
runpy.run_module("tools.benchmark", run_name="__main__", alter_sys=True)
"""


def benchmark(folder, *flags, compiled=True):
    """What the command says of small networks."""
    folder = folder / "said"
    folder.mkdir()
    (folder / "quick_benchmark.py").write_text(QUICK)
    commands = {"benchmark": ["quick_benchmark", *SMALL, *flags]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # PyTorch's threads leave cores to others
        return run_commands(folder, commands, compiled)["benchmark"]


def test_prints_writes_and_draws(tmp_path):
    flags = ("--batches=2", "--models=clade", "--baseline=clade", "--nomemory")
    output = tmp_path / "output"
    # Compiling a training step takes half a minute.
    result = benchmark(tmp_path, *flags, f"--output={output}", compiled=False)
    assert result.status == 0, result.stderr
    report = json.loads((output / "benchmark.json").read_text())
    assert [w["title"] for w in report["workloads"]] == [
        "inference, 64x32, batch 2",
        "training, 64x32, batch 1",
    ]
    models = ["clade"]
    if importlib.util.find_spec("torch"):
        models += ["pytorch_spade", "pytorch_clade", "published_spade", "published_clade"]
    for workload in report["workloads"]:
        rows = workload["rows"]
        assert [row["model"] for row in rows] == models
        for row in rows:
            assert "error" not in row
            (seconds,) = row["seconds"]
            assert row["median_ms"] == pytest.approx(1e3 * seconds)
            assert row["images_per_second"] == pytest.approx(workload["batch"] / seconds)
            assert row["ratio"] == pytest.approx(row["median_ms"] / rows[0]["median_ms"])
            if row["model"] in ("pytorch_clade", "published_clade"):
                assert row["gmacs"] == rows[0]["gmacs"] > 0
            if workload["what"] == "inference":
                # Equal weights paint equal images, in PyTorch too.
                assert row["grey_levels_off"] < 0.05
            assert f"  {row['model']} " in result.stdout
    assert math.isfinite(report["peaks"]["float32"]["convolution_gmacs_per_second"])
    assert is_picture(output / "inference.png")
    assert is_picture(output / "training.png")
    assert len(list(output.iterdir())) == 3


def test_what_cannot_run_says_why(tmp_path):
    flags = ("--what=inference", "--batches=1", "--torch=no", "--modes=xla,eager")
    output = tmp_path / "output"
    result = benchmark(tmp_path, *flags, "--models=spade_neighbourhoods", f"--output={output}")
    assert result.status == 0, result.stderr
    xla, eager = (line for line in result.stdout.splitlines() if "spade_neighbourhoods " in line)
    assert "failed" not in eager
    assert "failed: model.modulation=neighbourhoods cannot be compiled with XLA" in xla
    report = json.loads((output / "benchmark.json").read_text())
    xla, eager = report["workloads"][0]["rows"]
    assert eager["memory_mib"] > 0
    assert eager["grey_levels_off"] < 0.05
    assert xla.keys() == {"model", "mode", "precision", "error"}


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
