"""Whether a data set can be trained on: the cheap look that training takes, and the full scan."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from spade_tf.config import Config, DataConfig
from spade_tf.data import files, sources
from spade_tf.data.failures import explain_example
from spade_tf.data.labels import NOT_A_LABEL, label_table
from spade_tf.data.listing import Example, UnpairedError
from spade_tf.errors import UserError

SPLITS = ("train", "val")
HEADERS, WHOLE_FILES = 64, 16
"""Examples of a split that the cheap check looks at: their headers, and all their pixels."""

IMAGE_FORMATS = ("JPEG", "MPO", "PNG", "BMP")
"""Formats of photographs, whatever their suffix; MPO is a JPEG with more than one picture."""


@dataclass
class SplitReport:
    """What the full scan of a split found; file ids are those before the config's mapping."""

    split: str
    files: int = 0
    pixels: Counter[int] = field(default_factory=Counter)
    files_with_id: Counter[int] = field(default_factory=Counter)
    first_file_with_id: dict[int, str] = field(default_factory=dict)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    colors: Counter[tuple[int, ...]] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    has_images: bool = False
    has_instances: bool = False


@dataclass
class FileScan:
    """What one example's files hold: pixels of each id, or of each colour if they are RGB."""

    problem: str | None = None
    size: tuple[int, int] | None = None
    ids: dict[int, int] = field(default_factory=dict)
    colors: dict[tuple[int, ...], int] = field(default_factory=dict)


def quick_check(config: Config) -> None:
    """Folders, pairs, the headers of some files and the ids of a few, evenly spread.

    Raises:
      UserError: what would make training fail, by the first file found.
    """
    for split in SPLITS:
        examples = sources.list_examples(config, split)
        if not examples[0].label:
            continue
        bad: dict[str, UserError] = {}
        may_be_bad = config.data.max_bad_examples if split == "train" else 0
        for check, count in ((_check_start, HEADERS), (_check_whole, WHOLE_FILES)):
            for index in _spread(len(examples), count):
                try:
                    check(config, split, examples, index)
                except UserError as error:
                    bad.setdefault(examples[index].name, error)
                    if len(bad) > may_be_bad:
                        raise


def _check_start(config: Config, split: str, examples: list[Example], index: int) -> None:
    """Refuses an example whose headers tell that it is bad; shards are known by their index."""
    if config.data.shards:
        return
    width, height = check_headers(examples[index], config.data)
    files.check_fits(examples[index].label, height, width, config.data, split)


def _check_whole(config: Config, split: str, examples: list[Example], index: int) -> None:
    if config.data.shards:
        fault = explain_example(config, split, index)
        if fault:
            raise fault
    else:
        files.check_example(examples[index], config.data)


def check_headers(example: Example, data: DataConfig) -> tuple[int, int]:
    """Width and height of an example, by its files' first bytes.

    Raises:
      UserError: a mode that the pipeline cannot read, or files of different size.
    """
    header = files.check_label_mode(example.label, data)
    size = (header.width, header.height)
    if example.instance:
        instance = files.check_instance_mode(example.instance)
        files.check_same_size(
            example.label, size, example.instance, (instance.width, instance.height)
        )
    if example.image:
        files.check_same_size(example.label, size, example.image, _image_size(example.image))
    return size


def full_check(
    config: Config, progress: Callable[[Iterable, int, str], Iterable] | None = None
) -> list[SplitReport]:
    """Reads every file of both splits.

    Args:
      config: the experiment.
      progress: wraps an iterable, given its length and the split, to show how far the scan is.

    Returns:
      One report for each split; training would fail if one of them lists problems.
    """
    return [_check_split(config, split, progress) for split in SPLITS]


def _check_split(config: Config, split: str, progress) -> SplitReport:
    report = SplitReport(split)
    try:
        examples = sources.list_examples(config, split)
    except UnpairedError as error:
        report.problems += error.problems
        examples = error.paired
    except UserError as error:
        report.problems.append(str(error))
        examples = []
    report.files = len(examples)
    if not examples or not examples[0].label:
        return report
    report.has_images = examples[0].image is not None
    if config.data.shards:
        return _check_shards(report, config, progress)
    report.has_instances = _has_instances(config, split)
    with ThreadPoolExecutor() as pool:
        scans = pool.map(lambda example: _scan(example, config.data, split), examples)
        shown = progress(scans, len(examples), split) if progress else scans
        for example, scan in zip(examples, shown, strict=True):
            _add(scan, example, report)
    report.problems += _wrong_id_problems(report, config.data)
    return report


def _add(scan: FileScan, example: Example, report: SplitReport) -> None:
    if scan.problem:
        report.problems.append(scan.problem)
    if scan.size:
        report.sizes[scan.size] += 1
    report.colors.update(scan.colors)
    for file_id, pixels in scan.ids.items():
        report.pixels[file_id] += pixels
        report.files_with_id[file_id] += 1
        report.first_file_with_id.setdefault(file_id, example.label)


def _scan(example: Example, data: DataConfig, split: str) -> FileScan:
    """Reads all files of an example; stops at the first problem."""
    scan = FileScan()
    try:
        if not data.palette and files.read_png_header(example.label).color_type == files.RGB:
            pixels = files.read_pixels(example.label).reshape(-1, 3)
            colors, counts = np.unique(pixels, axis=0, return_counts=True)
            scan.colors = dict(zip(map(tuple, colors.tolist()), counts.tolist(), strict=True))
        scan.size = check_headers(example, data)
        ids, counts = np.unique(files.read_file_ids(example.label, data), return_counts=True)
        scan.ids = dict(zip(ids.tolist(), counts.tolist(), strict=True))
        if example.image:
            files.read_image(example.image)
        if example.instance:
            files.read_instance_map(example.instance)
        width, height = scan.size
        files.check_fits(example.label, height, width, data, split)
    except UserError as error:
        scan.problem = str(error)
    return scan


def _check_shards(report: SplitReport, config: Config, progress) -> SplitReport:
    """Reads every record; the files in them were checked when they were written."""
    report.has_instances = config.data.has_instances
    with ThreadPoolExecutor() as pool:
        faults = pool.map(
            lambda index: explain_example(config, report.split, index), range(report.files)
        )
        shown = progress(faults, report.files, report.split) if progress else faults
        report.problems += [str(fault) for fault in shown if fault]
    return report


def _wrong_id_problems(report: SplitReport, data: DataConfig) -> list[str]:
    table = label_table(data)
    wrong = [i for i in sorted(report.pixels) if table[i] == NOT_A_LABEL]
    return [
        f"file id {i} is no label with data.num_labels={data.num_labels}, data.first_file_id="
        f"{data.first_file_id}, data.has_dont_care={str(data.has_dont_care).lower()}: "
        f"{report.pixels[i]} pixels in {report.files_with_id[i]} files, the first "
        f"{report.first_file_with_id[i]}"
        for i in wrong
    ]


def _has_instances(config: Config, split: str) -> bool:
    """Whether the split has instance maps for all its files, wanted or not."""
    data = dataclasses.replace(config.data, has_instances=True)
    try:
        examples = sources.list_examples(dataclasses.replace(config, data=data), split)
    except UserError:
        return False
    return examples[0].instance is not None


def _image_size(path: str) -> tuple[int, int]:
    """Width and height of a photograph that TensorFlow decodes."""
    try:
        with Image.open(path) as image:
            if image.format not in IMAGE_FORMATS:
                raise UserError(f"{path} is a {image.format} file; save it as JPEG or PNG")
            return image.size
    except UserError:
        raise
    except (OSError, SyntaxError, ValueError) as error:
        raise UserError(
            f"cannot read {path} ({str(error).replace(path, 'the file')}): it is no photograph, "
            "or damaged; copy it again, or remove it with its partners"
        ) from error


def _spread(length: int, count: int) -> list[int]:
    """At most `count` numbers of 0..length-1, evenly spread."""
    return [int(place) for place in np.linspace(0, length - 1, min(count, length))]
