"""The index of one shard: where each record lies, its checksum, and the files it was made from.

It lies beside its shard under the same name and is written after it: a shard with an index is
whole.
"""

import dataclasses
import json
import pathlib

from spade_tf.errors import UserError
from spade_tf.files import write_beside


@dataclasses.dataclass(frozen=True)
class Bad:
    """An example that is not in a shard because its files cannot be used."""

    name: str
    reason: str


@dataclasses.dataclass(frozen=True)
class ShardIndex:
    """What is known of one shard; lists have one entry for each record.

    Attributes:
      made_from: checksum of all that the shard's content depends on.
      bytes: size of the shard.
      sha256: of the whole shard.
      names: of the examples.
      files: names, without folders, of each example's label map, photograph and instance map.
      offsets: of the records' data in the shard, in bytes.
      lengths: of the records' data, in bytes.
      crc32: of the records' data.
      skipped: the bad examples that were left out.
    """

    made_from: str
    bytes: int
    sha256: str
    names: list[str]
    files: list[list[str | None]]
    offsets: list[int]
    lengths: list[int]
    crc32: list[int]
    skipped: list[Bad]


def shard_name(split: str, number: int, count: int) -> str:
    """Name of a shard, such as `train-00003-of-00016.tfrecord`."""
    return f"{split}-{number:05d}-of-{count:05d}.tfrecord"


def index_path(shard: pathlib.Path) -> pathlib.Path:
    """Where the index of a shard lies."""
    return shard.with_suffix(".json")


def write_index(shard: pathlib.Path, index: ShardIndex) -> None:
    """Writes the index beside its shard."""
    write_beside(index_path(shard), json.dumps(dataclasses.asdict(index)) + "\n")


def read_index(shard: pathlib.Path) -> ShardIndex:
    """The index of a shard. Raises UserError where it is missing or damaged."""
    path = index_path(shard)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        skipped = [Bad(**bad) for bad in content.pop("skipped")]
        return ShardIndex(**content, skipped=skipped)
    except FileNotFoundError as error:
        raise UserError(f"no index {path}: {MEND}") from error
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UserError(f"the index {path} is damaged: {MEND}") from error


MEND = (
    "copy the folder again, or run tools.prepare_dataset again with the same flags, which makes "
    "anew only what is missing or damaged"
)
