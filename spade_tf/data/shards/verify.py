"""Reads whole shards again and compares them with their index."""

import pathlib
import zlib
from collections.abc import Callable

import tensorflow as tf

from spade_tf.data.shards import index as indices
from spade_tf.data.shards import manifest as manifests
from spade_tf.data.shards import record as records
from spade_tf.data.shards.processes import run_in_processes
from spade_tf.data.shards.writer import sha256_of
from spade_tf.errors import UserError


def verify(folder: pathlib.Path, workers: int = 1) -> tuple[int, list[str]]:
    """Reads every record of a folder of shards, in so many processes.

    Returns:
      How many examples there are, and a line for each shard or record that is damaged.

    Raises:
      UserError: no shards there.
    """
    manifest = manifests.read_manifest(folder)
    shards = [shard for split in manifest.splits.values() for shard in split.shards]
    count = sum(shard.examples for shard in shards)
    jobs = [(folder / shard.file, shard) for shard in shards]
    found = run_in_processes(check_shard, jobs, count, workers, "verifying")
    return count, [problem for problems in found for problem in problems]


def check_shard(
    job: tuple[pathlib.Path, manifests.Shard], advance: Callable[[], object] = lambda: None
) -> list[str]:
    """A line for whatever is wrong with a shard, given its path and its entry in the manifest."""
    path, shard = job
    try:
        index = indices.read_index(path)
        size = path.stat().st_size
    except UserError as error:
        return [str(error)]
    except OSError as error:
        return [f"cannot read {path} ({error.strerror})"]
    if (index.bytes, index.sha256) != (shard.bytes, shard.sha256):
        return [f"{indices.index_path(path)} is of another shard"]
    problems = []
    if size != shard.bytes:
        problems.append(f"{path} has {size} bytes, expected {shard.bytes}")
    with open(path, "rb") as file:
        for number, name in enumerate(index.names):
            advance()
            file.seek(index.offsets[number])
            data = file.read(index.lengths[number])
            if zlib.crc32(data) != index.crc32[number] or not _holds(data, name):
                problems.append(f"{path} is damaged in record {number} ({name})")
    if not problems and sha256_of(path) != shard.sha256:
        problems.append(f"{path} is damaged between its records")
    return problems


def _holds(data: bytes, name: str) -> bool:
    try:
        return records.unpack(data)[0] == name
    except (tf.errors.OpError, ValueError, KeyError, IndexError):
        return False
