"""COCO-Stuff as downloaded: train2017.zip, val2017.zip, stuffthingmaps_trainval2017.zip and, for
instance maps, annotations_trainval2017.zip, each unpacked somewhere below one folder.

The photographs lie in `train2017/*.jpg`, the label maps in another `train2017/*.png` (so the two
must be unpacked into different folders), the polygons of things in `instances_train2017.json`.
An instance map is the label map with the polygons of things painted over it, in the order of the
file, each with a number of its own from 256 on; groups ("crowd") have no polygons and keep their
label. The official preparation counts from 0 in 8 bits, where a thing may meet stuff of the same
number; only the borders matter, and here all of them are there.
"""

import collections
import dataclasses
import json
import pathlib
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from spade_tf.data.files import read_pixels
from spade_tf.data.raw import Conversion, find, link
from spade_tf.data.shards.processes import run_in_processes
from spade_tf.errors import UserError
from spade_tf.files import beside

FIRST_INSTANCE = 256
IMAGES_PER_JOB = 256

Polygon = list[float]
"""x0, y0, x1, y1, ..."""


def convert(request: Conversion) -> bool:
    """Links photographs and label maps, paints instance maps. Raises UserError."""
    if any((request.root / f"{split}_label").is_dir() for split in ("train", "val")):
        return False
    for split in request.splits:
        name = f"{split}2017"
        labels, images = find(request.root, name, ".png"), find(request.root, name, ".jpg")
        if not labels or not images:
            kind = "photographs (.jpg)" if labels else "label maps (.png)"
            raise UserError(
                f"no folder {name} with {kind} below data.root={request.root}; unpack "
                "train2017.zip and val2017.zip into one folder there and "
                "stuffthingmaps_trainval2017.zip into another"
            )
        link(request.folder / f"{split}_label", labels)
        link(request.folder / f"{split}_img", images)
        if request.has_instances:
            _paint_split(request, split, labels)
    return True


def paint_instances(label_map: np.ndarray, things: list[list[Polygon]]) -> np.ndarray:
    """The instance map [height, width] uint16 of a label map and the polygons of each thing."""
    canvas = Image.fromarray(label_map.astype(np.int32))
    draw = ImageDraw.Draw(canvas)
    for number, polygons in enumerate(things, FIRST_INSTANCE):
        for polygon in polygons:
            if len(polygon) >= 6:
                draw.polygon(polygon, fill=number)
    return np.asarray(canvas).astype(np.uint16)


@dataclasses.dataclass(frozen=True)
class PaintJob:
    """Some instance maps to paint: polygons of the things by name of the image."""

    labels: pathlib.Path
    output: pathlib.Path
    things: dict[str, list[list[Polygon]]]


def paint(job: PaintJob, advance: Callable[[], object]) -> list[str]:
    """Paints what is not there yet; returns what is wrong with label maps, a line each."""
    problems = []
    for name, things in job.things.items():
        advance()
        path = job.output / f"{name}.png"
        if path.exists():
            continue
        try:
            label_map = read_pixels(str(job.labels / f"{name}.png"))
        except UserError as error:
            problems.append(str(error))
            continue
        with beside(path) as partial:
            Image.fromarray(paint_instances(label_map, things)).save(partial, "png")
    return problems


def _paint_split(request: Conversion, split: str, labels: pathlib.Path) -> None:
    things = _things(request.root, split)
    names = sorted(path.stem for path in labels.glob("*.png"))
    output = request.folder / f"{split}_inst"
    jobs = [
        PaintJob(labels, output, {n: things.get(n, []) for n in names[i : i + IMAGES_PER_JOB]})
        for i in range(0, len(names), IMAGES_PER_JOB)
    ]
    what = f"painting {split} instances"
    found = run_in_processes(paint, jobs, len(names), request.workers, what)
    problems = [problem for of_job in found for problem in of_job]
    if problems and not request.skip_bad:
        raise UserError(f"{len(problems)} bad label maps:\n" + "\n".join(problems))


def _things(root: pathlib.Path, split: str) -> dict[str, list[list[Polygon]]]:
    """The polygons of the things in each image of a split, by the image's name."""
    name = f"instances_{split}2017.json"
    path = find(root, name)
    if not path:
        raise UserError(
            f"no {name} below data.root={root}: unpack annotations_trainval2017.zip there, or "
            "write --config.data.has_instances=false"
        )
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        names = {image["id"]: pathlib.Path(image["file_name"]).stem for image in content["images"]}
        things = collections.defaultdict(list)
        for annotation in content["annotations"]:
            if isinstance(annotation["segmentation"], list):
                things[names[annotation["image_id"]]].append(annotation["segmentation"])
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is damaged ({error!r}); unpack it again") from error
    return things
