import json
import os
import pathlib
import subprocess
import sys
import types

import pytest

from spade_tf import command_line
from spade_tf.command_line import user_path
from spade_tf.errors import UserError

ROOT = pathlib.Path(__file__).parent.parent

PROGRAM = """
from spade_tf import command_line
from spade_tf.config import to_json
command_line.define_config_flags()
command_line.run(lambda argv: print(to_json(command_line.config_from_flags())))
"""


def run(*command, folder, **environment):
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )


def steps_of(text, monkeypatch):
    monkeypatch.setattr(command_line.flags, "FLAGS", types.SimpleNamespace(profile_steps=text))
    return list(command_line.optional_steps("profile_steps"))


def test_steps_are_counted_from_one_and_include_the_last(monkeypatch):
    assert steps_of("20:24", monkeypatch) == [20, 21, 22, 23, 24]
    assert steps_of("3:3", monkeypatch) == [3]
    assert steps_of(None, monkeypatch) == []


@pytest.mark.parametrize("text", ["20", "5:4", "0:4", "1:2:3", "a:b", ":"])
def test_what_are_no_steps(text, monkeypatch):
    with pytest.raises(UserError, match=f"--profile_steps={text}: expected FIRST:LAST, counted"):
        steps_of(text, monkeypatch)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give --config=NAME, such as --config=coco"),
        (["--config=coko"], "no config 'coko': did you mean coco?"),
        (["--config=missing/mine.py"], "missing/mine.py"),
        (["--config=coco", "extra"], "unexpected argument 'extra'; flags are written --name=value"),
        (["--config=coco", "--workdirr=w"], "unknown flag --workdirr; did you mean --workdir?"),
        (
            ["--config=coco", "--config.model.bse_width=3"],
            "unknown flag --config.model.bse_width; did you mean --config.model.base_width?",
        ),
        (["--config=coco", "--config.model.bse_width", "3"], "did you mean --config.model.base_"),
        (["--config=coco", "--ngf=3"], "unknown flag --ngf; --help lists the flags"),
        (["--config=coco", "--workdir"], "--workdir"),
        (
            ["--config=coco", "--config.model.base_width=wide"],
            "model.base_width is 'wide', expected a whole number such as 64",
        ),
        (["--config=coco", "--profile_steps=20"], "expected FIRST:LAST, counted from 1, such as"),
        (["--config=coco", "--config.data.height=250"], "write a multiple of 32, such as 256"),
        (["--config=coco", "--config.model.norm=batch"], "write one of spade, clade, clade_icpe"),
    ],
)
def test_faults_are_one_line(arguments, message, tmp_path):
    result = run("-m", "spade_tf.train", *arguments, folder=tmp_path)
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert not list(tmp_path.iterdir())  # nothing written


def test_help_explains_every_value(tmp_path):
    result = run("-m", "spade_tf.train", "--help", folder=tmp_path)
    text = " ".join((result.stdout + result.stderr).split())
    for part in ("--config.model.norm", "spade, clade, clade_icpe", "--workdir", "ade20k_outdoor"):
        assert part in text


def test_values_on_the_command_line(tmp_path):
    arguments = [
        "--config=coco",
        "--config.train.steps=60",
        "--config.train.learning_rate=1e-3",
        "--config.data.has_instances=false",
        "--config.data.root=photos",
        "--config.name=",
    ]
    result = run("-c", PROGRAM, *arguments, folder=tmp_path)
    tree = json.loads(result.stdout)
    assert tree["train"]["steps"] == 60
    assert tree["train"]["learning_rate"] == 0.001
    assert tree["data"]["has_instances"] is False
    assert tree["data"]["root"] == str(tmp_path / "photos")
    assert tree["data"]["num_labels"] == 183  # of configs/coco.py
    assert tree["name"] == ""


def test_paths_are_those_of_the_users_folder_under_bazel(tmp_path):
    (tmp_path / "user").mkdir()
    (tmp_path / "user" / "mine.py").write_text(
        "from spade_tf.config import Config\n\ndef config():\n    return Config(name='mine')\n"
    )
    arguments = ["--config=mine.py", "--config.data.palette=colours.txt"]
    user = str(tmp_path / "user")
    result = run("-c", PROGRAM, *arguments, folder=tmp_path, BUILD_WORKING_DIRECTORY=user)
    tree = json.loads(result.stdout)
    assert tree["name"] == "mine"
    assert tree["data"]["palette"] == f"{user}/colours.txt"
    assert tree["data"]["root"] == ""  # not given, so not made a path


def test_user_path(tmp_path, monkeypatch):
    monkeypatch.delenv("BUILD_WORKING_DIRECTORY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert user_path("a/../b") == str(tmp_path / "b")
    assert user_path("/c") == "/c"
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert user_path("~/d") == str(tmp_path / "home" / "d")
