"""Which questions a study asks: label maps, each with one image of either method."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spade_tf.data.listing import IMAGE_SUFFIXES, LABEL_SUFFIXES, list_files
from spade_tf.errors import UserError

SHOWN_MISSING = 5
"""Files that an error names; of more it tells the number."""


@dataclass(frozen=True)
class Question:
    """A layout and two images of it.

    Attributes:
      name: the label map's name, as path below its folder without the suffix.
      layout: the label map's file.
      image_a: method A's image; of an attention check the right one.
      image_b: method B's image; of an attention check one of another layout.
      kind: "comparison" or "check".
    """

    name: str
    layout: Path
    image_a: Path
    image_b: Path
    kind: str = "comparison"

    def fingerprint(self) -> str:
        """SHA-256 of the three files, to notice when one of them is exchanged."""
        digests = (
            hashlib.sha256(path.read_bytes()).digest()
            for path in (self.layout, self.image_a, self.image_b)
        )
        return hashlib.sha256(b"".join(digests)).hexdigest()


def find_questions(
    labels: Path,
    method_a: Path,
    method_b: Path,
    count: int = 0,
    seed: int = 0,
) -> list[Question]:
    """Pairs label maps with both methods' images by name; images of no label map are left out.

    Args:
      labels, method_a, method_b: folders.
      count: how many to draw at random; 0 takes all.
      seed: of the drawing.

    Raises:
      UserError: a folder without files, label maps without images (named), or fewer than `count`.
    """
    layouts = _files(labels, LABEL_SUFFIXES, "--labels", "label maps")
    images_a = _files(method_a, IMAGE_SUFFIXES, "--method_a", "images")
    images_b = _files(method_b, IMAGE_SUFFIXES, "--method_b", "images")
    _check_partners(layouts, {method_a: images_a, method_b: images_b})
    if count > len(layouts):
        raise UserError(f"--questions={count}, but {labels} holds {len(layouts)} label maps")
    names = list(layouts)
    if count:
        drawn = set(random.Random(seed).sample(names, count))
        names = [name for name in names if name in drawn]
    return [
        Question(name, Path(layouts[name]), Path(images_a[name]), Path(images_b[name]))
        for name in names
    ]


def _files(folder: Path, suffixes: Sequence[str], flag: str, what: str) -> dict[str, str]:
    if not folder.is_dir():
        raise UserError(f"{flag}: {folder} is no folder; give the one that holds the {what}")
    return list_files(folder, suffixes, what)


def _check_partners(layouts: dict[str, str], methods: dict[Path, dict[str, str]]) -> None:
    problems = []
    for folder, images in methods.items():
        alone = [name for name in layouts if name not in images]
        if alone:
            named = ", ".join(f"{name}.png" for name in alone[:SHOWN_MISSING])
            more = f" and {len(alone) - SHOWN_MISSING} more" if len(alone) > SHOWN_MISSING else ""
            problems.append(f"{folder} has no {named}{more}")
    if problems:
        raise UserError(
            f"{'; '.join(problems)}: each label map needs an image of its name ("
            f"{', '.join(IMAGE_SUFFIXES)}) of both methods"
        )
