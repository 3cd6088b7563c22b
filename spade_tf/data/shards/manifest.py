"""`shards.json`: what a folder of shards holds and which config it was made for."""

import dataclasses
import hashlib
import json
import pathlib
from typing import Any

from spade_tf.config import DataConfig
from spade_tf.errors import UserError
from spade_tf.files import write_beside

NAME = "shards.json"
FORMAT = 1

STORES = {
    "files": "the files as they are; batches are those of the folder, bit for bit",
    "scaled": "scaled to what the config cuts from, ids mapped to labels, all lossless",
    "jpeg": "as scaled, photographs as JPEG of quality 95",
}

FIXED_BY_ALL = ("dataset",)
FIXED_BY_SCALING = (
    *FIXED_BY_ALL,
    "num_labels",
    "has_dont_care",
    "first_file_id",
    "palette",
    "preprocess",
    "load_size",
    "height",
    "width",
)
"""Keys of the config's data section that the content of a store depends on."""


@dataclasses.dataclass(frozen=True)
class Shard:
    """One file of a split."""

    file: str
    examples: int
    bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class Split:
    """One split; `skipped` are examples that were left out, with their reasons."""

    shards: list[Shard]
    has_images: bool
    has_instances: bool
    skipped: list[dict[str, str]]

    @property
    def examples(self) -> int:
        """How many examples it holds."""
        return sum(shard.examples for shard in self.shards)


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What a folder of shards holds.

    Attributes:
      store: how pictures are stored, one of STORES.
      content: values of the config's data section that the content depends on.
      made_by: program and version.
      splits: by name.
    """

    store: str
    content: dict[str, Any]
    made_by: str
    splits: dict[str, Split]


def content_of(data: DataConfig, store: str) -> dict[str, Any]:
    """The values that a store's content depends on; of the palette file, a checksum."""
    keys = FIXED_BY_ALL if store == "files" else FIXED_BY_SCALING
    values = {key: getattr(data, key) for key in keys}
    if values.get("palette"):
        values["palette"] = hashlib.sha256(pathlib.Path(data.palette).read_bytes()).hexdigest()
    return values


def write_manifest(folder: pathlib.Path, manifest: Manifest) -> None:
    """Writes `shards.json`: with it the folder can be read."""
    content = {"format": FORMAT, **dataclasses.asdict(manifest)}
    write_beside(folder / NAME, json.dumps(content, indent=2) + "\n")


def read_manifest(folder: pathlib.Path) -> Manifest:
    """What a folder holds. Raises UserError where it holds no shards, or of another format."""
    path = folder / NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content.pop("format")
        if found != FORMAT:
            raise UserError(f"{path} has format {found}; this version reads {FORMAT}")
        splits = {
            name: Split(**{**split, "shards": [Shard(**shard) for shard in split["shards"]]})
            for name, split in content.pop("splits").items()
        }
        return Manifest(**content, splits=splits)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UserError(
            f"data.shards is {str(folder)!r}, which holds no {NAME}: tools.prepare_dataset "
            f"--output={folder} makes it, and writes it last, when all shards are whole"
        ) from error
    except UserError:
        raise
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UserError(f"{path} is damaged; copy it again or run tools.prepare_dataset") from error


def check_fits(manifest: Manifest, folder: pathlib.Path, data: DataConfig, split: str) -> None:
    """Refuses a config that the shards were not made for. Raises UserError."""
    wanted = content_of(data, manifest.store)
    differing = [key for key, value in wanted.items() if manifest.content.get(key) != value]
    if differing:
        shown = [key for key in differing if key != "palette"]
        made = " ".join(
            f"--config.data.{key}={str(manifest.content.get(key)).lower()}" for key in shown
        )
        made = made or "the palette file that was used then"
        asked = ", ".join(f"data.{key}={str(getattr(data, key)).lower()}" for key in differing)
        hint = "" if manifest.store == "files" else "; --store=files fits every size and scaling"
        raise UserError(
            f"the shards in {folder} (--store={manifest.store}) do not fit {asked}: write {made}, "
            f"or prepare others{hint}"
        )
    if split not in manifest.splits:
        raise UserError(
            f"the shards in {folder} hold no {split} split, only {', '.join(manifest.splits)}; run "
            f"tools.prepare_dataset with --splits={split} and the same --output"
        )
    if data.has_instances and not manifest.splits[split].has_instances:
        raise UserError(
            f"data.has_instances is true, but the {split} shards in {folder} hold no instance "
            "maps; write false, or prepare them again with --config.data.has_instances=true"
        )
    if split == "train" and not manifest.splits[split].has_images:
        raise UserError(f"the train shards in {folder} hold no photographs; prepare them again")
