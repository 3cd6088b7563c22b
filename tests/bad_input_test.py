"""Bad input through the real commands: one line that names the file or the key, nothing written."""

import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from spade_tf.config import Config, replace
from spade_tf.data.check import quick_check
from tests.data.small_sets import make_maps, write_png
from tests.forked_commands import ROOT, Result
from tests.run_commands import run_commands
from tests.tiny_config import TINY
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow

EXAMPLES = 20
UNSEEN = 4
"""An example of 20 that the check before training does not look into."""


@pytest.fixture(scope="module")
def good_set(tmp_path_factory):
    """A data set without fault: 20 examples for training, 20 for validation."""
    root = tmp_path_factory.mktemp("good")
    for split in ("train", "val"):
        for i in range(EXAMPLES):
            maps = make_maps(i, 36, 40)
            write_png(root / f"{split}_label" / f"{i:02}.png", maps["label_map"])
            path = root / f"{split}_img" / f"{i:02}.jpg"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(maps["image"]).save(path)
    return root


def label(root: pathlib.Path, i: int = 0, split: str = "train") -> pathlib.Path:
    return root / f"{split}_label" / f"{i:02}.png"


def image(root: pathlib.Path, i: int = 0) -> pathlib.Path:
    return root / "train_img" / f"{i:02}.jpg"


def empty(folder: pathlib.Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def cut_short(path: pathlib.Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def repaint(path: pathlib.Path, pixels: np.ndarray, mode: str | None = None) -> None:
    picture = Image.fromarray(pixels)
    (picture.convert(mode) if mode else picture).save(path)


def tiny_flags(**values: str) -> list[str]:
    flags = {**TINY, "model.norm": "clade", "train.steps": 10, "data.preprocess": "crop"}
    flags |= {key.replace("__", "."): value for key, value in values.items()}
    return [f"--config.{key}={value}" for key, value in flags.items()]


GREY = np.zeros((36, 40), np.uint8)

# Name: how the data set is broken, and what the line says of it ({root} is the data set).
BAD_DATA: dict[str, tuple[Callable[[pathlib.Path], object], str]] = {
    "no_root": (shutil.rmtree, "data.root is '{root}': no such folder"),
    "no_labels": (lambda r: shutil.rmtree(r / "train_label"), "no folder {root}/train_label"),
    "no_val": (lambda r: shutil.rmtree(r / "val_label"), "no folder {root}/val_label"),
    "empty": (
        lambda r: empty(r / "train_img"),
        "{root}/train_img holds no photographs",
    ),
    "no_photograph": (
        lambda r: image(r, 7).unlink(),
        "no photograph for 07 (such as {root}/train_",
    ),
    "no_label": (lambda r: label(r, 7).unlink(), "no label map, for 07 (such as {root}/train_img"),
    "cut_label": (lambda r: cut_short(label(r)), "cannot decode {root}/train_label/00.png"),
    "cut_photograph": (lambda r: cut_short(image(r)), "cannot decode {root}/train_img/00.jpg"),
    "no_picture": (lambda r: image(r).write_text("oh"), "cannot read {root}/train_img/00.jpg"),
    "no_png": (lambda r: label(r).write_text("oh"), "{root}/train_label/00.png is no PNG file"),
    "wrong_id": (
        lambda r: repaint(label(r), GREY + 77),
        "{root}/train_label/00.png holds the file ids 77 (1440 pixels)",
    ),
    "wrong_val_id": (
        lambda r: repaint(label(r, 0, "val"), GREY + 77),
        "{root}/val_label/00.png holds the file ids 77",
    ),
    "16_bit": (
        lambda r: repaint(label(r), GREY.astype(np.uint16)),
        "{root}/train_label/00.png is 16-bit grey; expected 8-bit grey",
    ),
    "palette": (
        lambda r: repaint(label(r), GREY, "P"),
        "{root}/train_label/00.png is 8-bit a palette PNG; expected 8-bit grey",
    ),
    "alpha": (
        lambda r: repaint(label(r), GREY, "LA"),
        "{root}/train_label/00.png is 8-bit grey with alpha; expected 8-bit grey",
    ),
    "size": (
        lambda r: repaint(image(r), np.zeros((40, 36, 3), np.uint8)),
        "{root}/train_img/00.jpg is 36x40 pixels, its label map {root}/train_label/00.png 40x36",
    ),
}

# These are met only when the example is read for training, or for the sample sheet.
UNSEEN_DATA: dict[str, tuple[Callable[[pathlib.Path], object], str]] = {
    "late_photograph": (
        lambda r: cut_short(image(r, UNSEEN)),
        "cannot decode {root}/train_img/04.jpg",
    ),
    "late_val": (
        lambda r: cut_short(label(r, UNSEEN, "val")),
        "cannot decode {root}/val_label/04.png",
    ),
}


def error_line(result: Result) -> str:
    """The only line of an error, after asserting that nothing else but a progress bar is there."""
    assert result.status == 1, result
    lines = [line for line in result.stderr.splitlines() if line and "training: " not in line]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("error: ")
    return lines[0]


@pytest.fixture(scope="module")
def trained_on_bad_data(good_set, tmp_path_factory):
    """Every bad data set, its workdir and what training on it said."""
    folder = tmp_path_factory.mktemp("bad")
    commands = {}
    for name, (break_it, _) in {**BAD_DATA, **UNSEEN_DATA}.items():
        root = folder / name
        shutil.copytree(good_set, root)
        break_it(root)
        flags = [f"--config.data.root={root}", f"--workdir={folder / 'runs' / name}"]
        commands[name] = ["spade_tf.train", "--config=custom", *tiny_flags(), *flags]
    return folder, run_commands(folder / "said", commands, compiled=False)


@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data_is_refused_before_anything_is_written(name, trained_on_bad_data):
    folder, results = trained_on_bad_data
    assert BAD_DATA[name][1].format(root=folder / name) in error_line(results[name])
    assert not (folder / "runs" / name).exists()


@pytest.mark.parametrize("name", UNSEEN_DATA)
def test_a_bad_file_met_in_the_middle_of_training_is_named(name, trained_on_bad_data):
    folder, results = trained_on_bad_data
    config = Config()
    for key, value in {**TINY, "data.preprocess": "crop", "data.root": str(folder / name)}.items():
        config = replace(config, key, value)
    quick_check(config)  # does not find it
    assert UNSEEN_DATA[name][1].format(root=folder / name) in error_line(results[name])
    workdir = folder / "runs" / name
    if name == "late_val":
        assert not workdir.exists()
    else:
        left = {str(path.relative_to(workdir)) for path in workdir.rglob("*") if path.is_file()}
        events = {path for path in left if path.startswith("tensorboard/events")}
        described = {"config.json", "environment.json", "history.jsonl", "run.html"}
        assert left - events <= described | {"losses.jsonl", "speed.jsonl"}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Workdirs: without a latent; with a latent; damaged; with nothing saved yet."""
    folder = tmp_path_factory.mktemp("models")
    tiny_workdir(folder / "plain", {"model.norm": "clade"})
    tiny_workdir(folder / "style", {"model.norm": "clade", "model.latent_dim": 4})
    shutil.copytree(folder / "plain", folder / "damaged")
    (data,) = (folder / "damaged" / "checkpoints").glob("*.data-*")
    data.write_bytes(data.read_bytes()[:1000])
    (folder / "unsaved").mkdir()
    shutil.copy(folder / "plain" / "config.json", folder / "unsaved")
    return folder


def test_bad_workdirs_and_outputs(models, good_set, tmp_path):
    """Everything about the place that is written to, in both commands."""
    file = tmp_path / "file"
    file.write_text("keep")
    before = {path: path.stat().st_mtime_ns for path in models.rglob("*")}
    train = ["spade_tf.train", "--config=custom", *tiny_flags(data__root=str(good_set))]
    paint = ["spade_tf.synthesize", f"--labels={label(good_set)}", f"--model={models}/plain"]
    cases = {
        "file": ([*train, f"--workdir={file}"], f"--workdir={file}: {file} is no folder"),
        "below": ([*train, f"--workdir={file}/a/b"], f"--workdir={file}/a/b: {file} is no folder"),
        "other_model": (
            [*train, f"--workdir={models}/plain", "--config.model.base_width=3"],
            f"{models}/plain holds a run of another model: model.base_width=2 (asked: 3)",
        ),
        "damaged": ([*train, f"--workdir={models}/damaged"], f"checkpoint {models}/damaged/check"),
        "output": ([*paint, f"--output={file}"], f"--output={file}: {file} is no folder"),
        "over_input": (
            [*paint, f"--output={label(good_set).parent}"],
            f"{label(good_set)} would be written over; give another folder as --output",
        ),
    }
    results = run_commands(tmp_path / "said", {k: command for k, (command, _) in cases.items()})
    for name, (_, message) in cases.items():
        assert message in error_line(results[name])
    assert file.read_text() == "keep"
    assert {path: path.stat().st_mtime_ns for path in models.rglob("*")} == before


def test_what_cannot_be_painted(models, good_set, tmp_path):
    maps = tmp_path / "maps"
    for i in range(3):
        shutil.copytree(good_set / "val_label", maps / str(i))
    repaint(maps / "0" / "19.png", GREY + 77)
    cut_short(maps / "1" / "19.png")
    repaint(maps / "2" / "19.png", GREY.astype(np.uint16))
    (tmp_path / "empty").mkdir()
    plain, one = f"--model={models}/plain", f"--labels={label(good_set)}"
    cases = {
        "no_workdir": (["--model=no", one], "no is no workdir of a training run"),
        "no_checkpoint": ([f"--model={models}/unsaved", one], f"{models}/unsaved holds no check"),
        "damaged": ([f"--model={models}/damaged", one], f"checkpoint {models}/damaged/checkp"),
        "no_labels": ([plain, "--labels=gone"], "gone is neither a file nor a folder"),
        "empty": ([plain, f"--labels={tmp_path}/empty"], "empty holds no label maps"),
        "jpg": ([plain, f"--labels={image(good_set)}"], f"{image(good_set)} is no PNG file"),
        "wrong_id": ([plain, f"--labels={maps}/0"], f"{maps}/0/19.png holds the file ids 77"),
        "cut": ([plain, f"--labels={maps}/1"], f"cannot decode {maps}/1/19.png"),
        "16_bit": ([plain, f"--labels={maps}/2"], f"{maps}/2/19.png is 16-bit grey"),
        "samples": ([plain, one, "--samples=2"], "--samples=2, but this model paints one"),
        "style": ([plain, one, f"--style={image(good_set)}"], "--style needs a model with a style"),
        "no_style": ([f"--model={models}/style", one, "--style=gone"], "cannot read"),
        "seed": ([plain, one, "--seed=2147483648"], "--seed"),
        "no_number": ([plain, one, "--samples=two"], "--samples"),
        "no_flag": ([one], "give --model=PATH"),
    }
    commands = {
        name: ["spade_tf.synthesize", *flags, f"--output={tmp_path}/out/{name}"]
        for name, (flags, _) in cases.items()
    }
    results = run_commands(tmp_path / "said", commands)
    for name, (_, message) in cases.items():
        assert message in error_line(results[name])
    assert not (tmp_path / "out").exists()


def test_the_three_commands_say_the_same_when_started_one_by_one(good_set, models, tmp_path):
    """Without the shortcut of `run_commands`: TensorFlow's start must stay silent too."""
    commands = [
        ["spade_tf.train", "--config=custom", f"--config.data.root={tmp_path}/gone"],
        ["spade_tf.synthesize", f"--model={models}/plain", "--labels=gone", "--output=out"],
        ["tools.demo", "--config=camvid"],
    ]
    messages = ["data.root is", "gone is neither a file nor a folder", "the demo paints landscapes"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_CPP_")}
    for command, message in zip(commands, messages, strict=True):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tmp_path,
            env={**environment, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        assert message in error_line(Result(done.returncode, done.stdout, done.stderr))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        ("KeyboardInterrupt()", 130, "interrupted\n"),
        (
            "OSError(28, 'No space left on device', 'a/b.png')",
            1,
            "error: [Errno 28] No space left on device: 'a/b.png'\n",
        ),
    ],
)
def test_ctrl_c_and_a_full_disk_are_one_line(fault, status, said):
    program = f"""
from spade_tf import command_line
def main(argv):
    raise {fault}
command_line.run(main)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (status, said)


def test_our_own_faults_keep_their_traceback():
    program = "from spade_tf import command_line; command_line.run(lambda argv: [][1])"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "IndexError: list index out of range" in done.stderr
