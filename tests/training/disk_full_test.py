"""A disk that fills up while a checkpoint is written: a small file system of its own."""

import subprocess

import pytest

from spade_tf.training.workdir import Workdir
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


def run(workdir, steps):
    process = start(workdir, {"train.steps": steps, "train.sample_every_steps": 100})
    _, errors = process.communicate(timeout=300)
    return process.returncode, errors


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
    for part in ("cannot save a checkpoint", "make room there", f"goes on from {first}"):
        assert part in line
    assert workdir.latest_checkpoint() == first
    after = tensors(first)
    assert all((after[name] == value).all() for name, value in before.items())

    filler.unlink()
    status, errors = run(workdir.path, 2)
    assert status == 0, errors
    assert workdir.latest_step() == 2
    assert not [path for path in workdir.path.rglob("*") if "_temp" in path.name]
