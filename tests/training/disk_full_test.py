"""A disk that fills up while a checkpoint is written: a small file system of its own."""

import subprocess

import pytest

from spade_tf.training.json_lines import read_lines
from spade_tf.training.workdir import Workdir
from tests.tiny_pix2pixhd import PIX2PIXHD
from tests.training.real_command import start, tensors

pytestmark = pytest.mark.slow

MEGABYTES = 8


@pytest.fixture
def disk(tmp_path):
    """A folder that holds `MEGABYTES` and no more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "spade_tf", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("needs the program mount to make a disk that is full")
    if mounted.returncode:
        pytest.skip(f"needs the right to mount a disk that is full: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def run(workdir, steps, on_failed_save="stop"):
    values = {
        **PIX2PIXHD,
        "train.steps": steps,
        "train.sample_every_steps": 100,
        "train.on_failed_save": on_failed_save,
    }
    result = start(workdir, values).finish()
    return result.status, result.stderr


def unchanged(checkpoint, before):
    after = tensors(checkpoint)
    return set(after) == set(before) and all((after[name] == before[name]).all() for name in before)


def test_training_stops_and_goes_on_after_room_was_made(disk):
    workdir = Workdir(disk / "run")
    status, errors = run(workdir.path, 1)
    assert status == 0, errors
    first = workdir.latest_checkpoint()
    before = tensors(first)

    size = sum(path.stat().st_size for path in workdir.checkpoints.glob("step-1.*"))
    used = sum(path.stat().st_size for path in disk.rglob("*") if path.is_file())
    filler = disk / "filler"
    filler.write_bytes(bytes(MEGABYTES * 2**20 - used - size // 2 - 200_000))
    status, errors = run(workdir.path, 2)
    assert status == 1, errors
    (line,) = [line for line in errors.splitlines() if line.startswith("error: ")]
    for part in (
        "cannot save a checkpoint",
        "No space left",
        "make room there",
        f"goes on from {first}",
    ):
        assert part in line
    assert unchanged(first, before)
    assert workdir.latest_checkpoint() == first

    status, errors = run(workdir.path, 3, on_failed_save="continue")
    assert status == 1  # the last one has to be written
    goes_on = "Training goes on without (train.on_failed_save=continue)"
    assert errors.count(goes_on) == 2, errors
    assert f"training goes on from {first}. {goes_on}" in errors
    assert [line["step"] for line in read_lines(workdir.losses)] == [1, 2, 3]
    assert unchanged(first, before)
    assert {path.stem for path in workdir.checkpoints.glob("step-*")} == {"step-1"}

    filler.unlink()
    status, errors = run(workdir.path, 2)
    assert status == 0, errors
    assert workdir.latest_step() == 2
    assert not [path for path in workdir.path.rglob("*") if "_temp" in path.name]
