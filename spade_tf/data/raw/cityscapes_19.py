"""Cityscapes without the label maps of 19 classes: they are made from those of all classes."""

import pathlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from spade_tf.data.datasets import cityscapes, cityscapes_19
from spade_tf.data.files import read_pixels
from spade_tf.data.raw import Conversion, link
from spade_tf.data.shards.processes import run_in_processes
from spade_tf.errors import UserError
from spade_tf.files import beside

NONE = 255
FOUND, WANTED, INSTANCES = (
    f"_gtFine_{kind}.png" for kind in ("labelIds", "labelTrainIds", "instanceIds")
)


def convert(request: Conversion) -> bool:
    """Makes the label maps of 19 classes, links the rest. Raises UserError."""
    raw = request.root / "gtFine"
    if not raw.is_dir() or any(raw.glob(f"*/*/*{WANTED}")):
        return False
    link(request.folder / "leftImg8bit", request.root / "leftImg8bit")
    files = [path for split in request.splits for path in sorted(raw.glob(f"{split}/*/*{FOUND}"))]
    jobs = [(path, request.folder / "gtFine" / path.relative_to(raw).parent) for path in files]
    found = run_in_processes(reduce, jobs, len(jobs), request.workers, "reducing labels")
    problems = [problem for problem in found if problem]
    if problems and not request.skip_bad:
        raise UserError(f"{len(problems)} bad label maps:\n" + "\n".join(problems))
    if request.has_instances:
        for path, folder in jobs:
            name = path.name.replace(FOUND, INSTANCES)
            link(folder / name, path.with_name(name))
    return True


def reduce(job: tuple[pathlib.Path, pathlib.Path], advance: Callable[[], object]) -> str:
    """Writes one label map into a folder; returns what is wrong with it, or nothing."""
    source, folder = job
    advance()
    path = folder / source.name.replace(FOUND, WANTED)
    if path.exists():
        return ""
    try:
        label_map = read_pixels(str(source))
    except UserError as error:
        return str(error)
    with beside(path) as partial:
        Image.fromarray(train_ids()[label_map]).save(partial, "png")
    return ""


def train_ids() -> np.ndarray:
    """The reduced id of each id, [256] uint8: by the class's name, NONE for all others."""
    table = np.full(256, NONE, np.uint8)
    for train_id, name in enumerate(cityscapes_19.LABEL_NAMES[:-1]):
        table[cityscapes.LABEL_NAMES.index(name)] = train_id
    return table
