"""The data set's folder: which photograph is of which split, and what was left out."""

import os
import pathlib
import zlib
from collections.abc import Collection, Iterable

from spade_tf.errors import UserError

SPLITS = ("train", "val", "rejected")
VAL_SHARE = 1_000 / 41_000
"""The SPADE paper's: 1,000 of 41,000 photographs are for validation."""


def assign_splits(names: Iterable[str], rejected: Collection[str]) -> dict[str, str]:
    """The split of each photograph, by a hash of its name: more photographs change no other's.

    If the hash picks none for validation, the nearest to it goes there, for training needs one.
    """
    hashes = {name: zlib.crc32(name.encode()) / 2**32 for name in names}
    kept = {name: value for name, value in hashes.items() if name not in rejected}
    validation = {name for name, value in kept.items() if value < VAL_SHARE}
    if not validation and len(kept) > 1:
        validation = {min(kept, key=lambda name: kept[name])}
    return {
        name: "rejected" if name in rejected else "val" if name in validation else "train"
        for name in hashes
    }


class PhotoFolders:
    """Folders as the `flickr` config reads them: SPLIT_label/NAME.png and SPLIT_img/NAME.jpg."""

    def __init__(self, root: pathlib.Path):
        self.root = root

    def label(self, split: str, name: str) -> pathlib.Path:
        """Place of a label map."""
        return self.root / f"{split}_label" / f"{name}.png"

    def image(self, split: str, name: str) -> pathlib.Path:
        """Place of a photograph."""
        return self.root / f"{split}_img" / f"{name}.jpg"

    def settle(self, name: str, split: str) -> None:
        """Moves what an earlier run put into another split. The label map is moved last."""
        for other in SPLITS:
            if other != split and self.label(other, name).exists():
                for place in (self.image, self.label):
                    place(split, name).parent.mkdir(parents=True, exist_ok=True)
                    if place(other, name).exists():
                        os.replace(place(other, name), place(split, name))


def read_rejected(path: pathlib.Path, names: Collection[str]) -> list[str]:
    """Names of photographs to leave out, a line each.

    Args:
      path: what the review page let download.
      names: of the photographs that there are; others in the file are kept, if some are known.

    Raises:
      UserError: no such file, or it names none of the photographs.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"cannot read {path} ({error})") from error
    rejected = [line.strip() for line in lines if line.strip()]
    if rejected and not any(name in names for name in rejected):
        raise UserError(
            f"{path} names none of the photographs; expected a name a line, the path below "
            f"--photos without its suffix, such as {next(iter(names))}, but found {rejected[0]!r}"
        )
    return rejected
