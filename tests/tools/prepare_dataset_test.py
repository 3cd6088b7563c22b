"""The command that prepares a data set: killed, damaged, told off, and read by training."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from spade_tf.data.order import training_order
from spade_tf.data.shards.index import read_index
from spade_tf.data.shards.prepare import Request, prepare
from tests.data.shards.sharded_sets import spoil
from tests.data.small_sets import ROOT, custom_set
from tests.run_commands import run_commands
from tests.tiny_config import TINY

pytestmark = pytest.mark.slow  # starts TensorFlow several times

EXAMPLES, SHARDS = 24, 6


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """A data set of its own folders."""
    return custom_set(tmp_path_factory.mktemp("set"), train=EXAMPLES, val=2)


def flags_of(config, output, *more):
    data = config.data
    keys = ("root", "num_labels", "height", "width", "preprocess")
    values = [f"--config.data.{key}={getattr(data, key)}" for key in keys]
    values += ["--config=custom", "--config.data.has_instances=true", f"--output={output}"]
    return ["tools.prepare_dataset", *values, *more]


def wait_for(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def is_gone(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def test_killed_it_goes_on_and_ends_with_the_same_bytes(config, tmp_path):
    undisturbed, output = tmp_path / "undisturbed", tmp_path / "killed"
    prepare(Request(config, undisturbed, ["train"], "scaled", SHARDS))
    wanted = {path.name: path.read_bytes() for path in undisturbed.iterdir()}

    flags = flags_of(config, output, "--splits=train", "--store=scaled", f"--shards={SHARDS}")
    command = [sys.executable, "-m", *flags]
    process = subprocess.Popen(
        [*command, "--workers=2"], cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL
    )
    wait_for(lambda: len(list(output.glob("train-*.json"))) >= 2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: is_gone(process.pid))  # its workers do not go on without it
    whole = {path.name for path in output.glob("train-*.json")}
    assert 2 <= len(whole) < SHARDS and not (output / "shards.json").exists()
    times = {name: (output / name).stat().st_mtime_ns for name in whole}

    done = subprocess.run([*command, "--workers=1"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith(f"train: {EXAMPLES} examples in {SHARDS} shards")
    assert {path.name: path.read_bytes() for path in output.iterdir()} == wanted
    assert {name: (output / name).stat().st_mtime_ns for name in whole} == times


def test_what_it_says(config, tmp_path):
    bad = tmp_path / "bad"
    other = custom_set(bad, train=3, val=1)
    for i in (0, 2):
        (bad / "train_img" / f"scene_{i}.png").write_bytes(b"")
    good = ["--workers=1", "--splits=val"]
    results = run_commands(
        tmp_path / "said",
        {
            "bad": flags_of(other, tmp_path / "a", "--workers=1"),
            "skip": flags_of(other, tmp_path / "a", "--workers=1", "--skip_bad"),
            "good": flags_of(config, tmp_path / "b", *good),
            "verify": ["tools.prepare_dataset", "--verify", f"--output={tmp_path / 'b'}"],
            "splits": flags_of(config, tmp_path / "c", "--splits=test"),
            "output": flags_of(config, "")[:-1],
            "beam": flags_of(config, tmp_path / "d", "--runner=NoRunner"),
        },
    )
    lines = results["bad"].stderr.splitlines()
    told = [line for line in lines if line.startswith(("error:", "  scene_"))]
    assert results["bad"].status == 1 and told[0] == "error: 2 examples are bad:"
    assert [line.split(":")[0] for line in told[1:]] == ["  scene_0", "  scene_2"]
    assert results["skip"].status == 0 and "  left out: scene_2 cannot" in results["skip"].stdout
    for name in ("good", "verify"):
        assert results[name].status == 0, results[name].stderr
        assert "All 2 examples are as they were written." in results[name].stdout
    assert "--splits=test; write train, val or train,val" in results["splits"].stderr
    assert "give --output=PATH" in results["output"].stderr
    assert results["beam"].status == 1 and not (tmp_path / "d").exists()


def test_training_goes_on_when_a_record_is_damaged(config, tmp_path):
    """In the middle of an epoch, in a record that the check at the start does not look at."""
    shards = tmp_path / "shards"
    prepare(Request(config, shards, num_shards=1))
    (shard,) = shards.glob("train-*.tfrecord")
    index = read_index(shard)
    checked = {int((EXAMPLES - 1) * k / 15) for k in range(16)}
    order = [int(i) for _, i in training_order(EXAMPLES, seed=0).take(EXAMPLES)]
    when, bad = next((n, i) for n, i in enumerate(order) if i not in checked)
    spoil(shard, index.offsets[bad] + 30)
    values = {**TINY, "model.norm": "clade", "data.preprocess": "crop", "data.shards": shards}
    values |= {"data.has_instances": "true", "train.steps": when // 2 + 2}
    flags = [f"--config.{key}={value}" for key, value in values.items()]
    flags += [f"--workdir={tmp_path / 'run'}", "--config.data.max_bad_examples=1"]
    commands = {"run": ["spade_tf.train", "--config=custom", *flags]}
    result = run_commands(tmp_path / "said", commands, compiled=False)["run"]
    assert result.status == 0, result.stderr
    name = index.names[bad]
    told = f"{shard} has wrong bytes in record {bad} ({name}): copy the folder again"
    assert f"bad example 1 of at most 1, replaced by the next: {told}" in result.stderr
    assert "1 bad training example was replaced by others: listed in" in result.stderr
    (line,) = (tmp_path / "run" / "bad_examples.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["example"], entry["image_number"]) == (name, when)
