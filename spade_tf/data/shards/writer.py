"""Writes one shard: the unit of work that processes and Beam's workers share out."""

import dataclasses
import hashlib
import json
import os
import pathlib
import zlib
from collections.abc import Callable

import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data.listing import Example
from spade_tf.data.shards import manifest as manifests
from spade_tf.data.shards import record as records
from spade_tf.data.shards.encoders import make_encoder
from spade_tf.data.shards.index import (
    Bad,
    ShardIndex,
    index_path,
    read_index,
    shard_name,
    write_index,
)
from spade_tf.errors import UserError
from spade_tf.files import beside, write_beside


@dataclasses.dataclass(frozen=True)
class ShardJob:
    """One shard to write.

    Attributes:
      config: of the data set; `data.root` is its folder.
      split: `train` or `val`.
      number: which of the split's shards.
      count: how many shards the split has.
      examples: those of this shard.
      store: one of `manifest.STORES`.
      folder: where the shard is written.
      skip_bad: leave bad examples out; otherwise a shard with one is not written.
    """

    config: Config
    split: str
    number: int
    count: int
    examples: tuple[Example, ...]
    store: str
    folder: str
    skip_bad: bool

    @property
    def path(self) -> pathlib.Path:
        """The shard."""
        return pathlib.Path(self.folder) / shard_name(self.split, self.number, self.count)

    @property
    def bad_path(self) -> pathlib.Path:
        """The list of the examples for which the shard was not written."""
        return self.path.with_suffix(".bad.json")

    def made_from(self) -> str:
        """Checksum of all that the shard's bytes depend on: settings, names, files' states."""
        data = self.config.data
        parts = [manifests.FORMAT, self.split, self.store, data.has_instances]
        parts.append(manifests.content_of(data, self.store))
        for example in self.examples:
            paths = (example.label, example.image, example.instance)
            parts += [example.name, *(_state(path) for path in paths if path)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class UnusableExamples(Exception):
    """Examples for which a shard was not written."""

    def __init__(self, bad: list[Bad]):
        super().__init__(bad)
        self.bad = bad


def write_shard(job: ShardJob, advance: Callable[[], object] = lambda: None) -> None:
    """Writes a shard and its index, or, where examples are bad, a list of them in its place.

    A shard that is whole already is left as it is.

    Args:
      job: what to write.
      advance: called once for each example.
    """
    job.bad_path.unlink(missing_ok=True)
    made_from = job.made_from()
    if is_whole(job, made_from):
        for _ in job.examples:
            advance()
        return
    index_path(job.path).unlink(missing_ok=True)
    try:
        with beside(job.path) as partial:
            index = _write_records(job, made_from, partial, advance)
    except UnusableExamples as error:
        job.path.unlink(missing_ok=True)
        bad = [dataclasses.asdict(one) for one in error.bad]
        write_beside(job.bad_path, json.dumps(bad))
        return
    write_index(job.path, index)


def is_whole(job: ShardJob, made_from: str) -> bool:
    """Whether a shard was written from just this before, and its bytes are as they were."""
    try:
        index = read_index(job.path)
        if index.made_from != made_from or (index.skipped and not job.skip_bad):
            return False
        return job.path.stat().st_size == index.bytes and sha256_of(job.path) == index.sha256
    except (UserError, OSError):
        return False


def sha256_of(path: pathlib.Path) -> str:
    """Checksum of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def _write_records(
    job: ShardJob, made_from: str, path: pathlib.Path, advance: Callable[[], object]
) -> ShardIndex:
    """Writes the records and returns their index. Raises UnusableExamples."""
    encode = make_encoder(job.config, job.split, list(job.examples), job.store)
    index = ShardIndex(made_from, 0, "", [], [], [], [], [], [])
    position = 0
    with tf.io.TFRecordWriter(str(path)) as writer:
        for place, example in enumerate(job.examples):
            try:
                record = records.pack(example.name, encode(place))
            except UserError as error:
                index.skipped.append(Bad(example.name, str(error)))
                continue
            finally:
                advance()
            writer.write(record)
            index.names.append(example.name)
            index.files.append(_file_names(example, job.config.data.has_instances))
            index.offsets.append(position + records.HEAD_BYTES)
            index.lengths.append(len(record))
            index.crc32.append(zlib.crc32(record))
            position += records.HEAD_BYTES + len(record) + records.TAIL_BYTES
    if index.skipped and not job.skip_bad:
        raise UnusableExamples(index.skipped)
    with open(path, "rb") as file:
        os.fsync(file.fileno())
    return dataclasses.replace(index, bytes=position, sha256=sha256_of(path))


def _file_names(example: Example, has_instances: bool) -> list[str | None]:
    """What an example's pictures are called in its shard: as its files; scenes after themselves."""
    if not example.label:
        picture = f"{example.name}.png"
        return [picture, picture, picture if has_instances else None]
    paths = (example.label, example.image, example.instance)
    return [os.path.basename(path) if path else None for path in paths]


def _state(path: str) -> list[int]:
    status = os.stat(path)
    return [status.st_size, status.st_mtime_ns]
