"""Which label map belongs to which photograph: files of a folder, paired by name."""

import os
import pathlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spade_tf.errors import UserError

LABEL_SUFFIXES = (".png",)
IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")


@dataclass(frozen=True)
class Example:
    """One label map with what belongs to it.

    Attributes:
      name: path of the label map below its folder, without the suffix.
      label: path of the label map.
      image: path of the photograph; None where the split has none.
      instance: path of the instance map; None where the config asks for none.
    """

    name: str
    label: str
    image: str | None = None
    instance: str | None = None


class UnpairedError(UserError):
    """Files without their partners.

    Attributes:
      problems: a line for each kind of partner that is missing.
      paired: the examples that are complete.
    """

    def __init__(self, problems: list[str], paired: list[Example]):
        super().__init__(problems[0])
        self.problems = problems
        self.paired = paired


def natural_key(text: str) -> list:
    """Sort key that puts `image_9` before `image_10`."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", text)]


def list_files(
    folder: pathlib.Path,
    suffixes: Sequence[str],
    what: str,
    name_of: Callable[[str], str | None] = lambda name: name,
) -> dict[str, str]:
    """Files below `folder` by name, in natural order.

    Args:
      folder: searched with its sub-folders; hidden files are left out.
      suffixes: lower-case suffixes that count.
      what: the plural used in messages, such as "label maps".
      name_of: turns the path below `folder`, without suffix, into the example's name; None leaves
        it out.

    Raises:
      UserError: the folder is missing or holds no such file, or two files share a name.
    """
    if not folder.is_dir():
        raise UserError(
            f"no folder {folder} (it should hold the {what}); "
            "check data.root and the folder names in the config"
        )
    found: dict[str, str] = {}
    others = []
    for parent, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for file in files:
            path = os.path.join(parent, file)
            stem, suffix = os.path.splitext(os.path.relpath(path, folder))
            if file.startswith("."):
                continue
            if suffix.lower() not in suffixes:
                others.append(file)
                continue
            name = name_of(stem.replace(os.sep, "/"))
            if name is None:
                continue
            if name in found:
                raise UserError(f"{found[name]} and {path} have the same name; keep one of them")
            found[name] = path
    if not found:
        seen = f"; it holds {min(others)}" if others else "; it is empty"
        raise UserError(f"{folder} holds no {what} ({', '.join(suffixes)}){seen}")
    return {name: found[name] for name in sorted(found, key=natural_key)}


def pair(
    labels: dict[str, str],
    images: dict[str, str] | None,
    instances: dict[str, str] | None,
) -> list[Example]:
    """Examples from files by name, in the order of the label maps.

    Raises:
      UnpairedError: a file without its partner; names up to five.
    """
    problems = []
    for others, what in ((images, "photograph"), (instances, "instance map")):
        if others is not None:
            problems += _unpaired(labels, others, f"no {what}")
            problems += _unpaired(others, labels, f"a {what}, but no label map,")
    paired = [
        Example(
            name,
            path,
            images[name] if images else None,
            instances[name] if instances else None,
        )
        for name, path in labels.items()
        if (images is None or name in images) and (instances is None or name in instances)
    ]
    if problems:
        raise UnpairedError(problems, paired)
    return paired


def paired_folders(
    labels: pathlib.Path, images: pathlib.Path | None, instances: pathlib.Path | None
) -> list[Example]:
    """Examples of two or three folders that hold files of the same names."""
    return pair(
        list_files(labels, LABEL_SUFFIXES, "label maps"),
        list_files(images, IMAGE_SUFFIXES, "photographs") if images else None,
        list_files(instances, LABEL_SUFFIXES, "instance maps") if instances else None,
    )


def _unpaired(names: dict[str, str], partners: dict[str, str], problem: str) -> list[str]:
    alone = [name for name in names if name not in partners]
    if not alone:
        return []
    more = f" and {len(alone) - 5} more" if len(alone) > 5 else ""
    return [
        f"{problem} for {', '.join(alone[:5])}{more} (such as {names[alone[0]]}); "
        "files are paired by name: add the missing ones or remove these"
    ]
