"""Photographs as the data set holds them: upright, RGB, no larger than training can use."""

import dataclasses
import os
import pathlib
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image, ImageOps

from spade_tf.errors import UserError
from spade_tf.files import beside

ORIENTATION = 0x0112
"""EXIF tag; 1 is upright."""

MOST_WAITING = 64
"""Photographs held while their size has not filled a batch."""


@dataclasses.dataclass(frozen=True)
class Photograph:
    """One photograph, read.

    Attributes:
      name: its path below the folder, without the suffix.
      path: of the file.
      image: uint8 [height, width, 3].
      as_it_was: whether the file itself can stand in the data set.
    """

    name: str
    path: str
    image: np.ndarray
    as_it_was: bool


def read_photograph(name: str, path: str, shorter_side: int) -> Photograph:
    """A photograph turned upright and scaled down.

    Training reads neither EXIF tags nor more pixels than it crops.

    Args:
      name, path: as of `Photograph`.
      shorter_side: pixels that the shorter side has at most; 0 leaves the size.

    Raises:
      UserError: the file is missing, damaged or no picture.
    """
    try:
        with Image.open(path) as file:
            plain = file.format == "JPEG" and file.mode == "RGB"
            upright = file.getexif().get(ORIENTATION, 1) == 1
            image = ImageOps.exif_transpose(file).convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = str(error).replace(path, "the file")
        raise UserError(f"cannot read {path} ({reason}): damaged, or no photograph") from error
    scale = shorter_side / min(image.size) if shorter_side else 1.0
    if scale < 1:
        width, height = (max(1, round(side * scale)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BICUBIC)
    return Photograph(name, path, np.asarray(image), plain and upright and scale >= 1)


def save_photograph(photograph: Photograph, path: pathlib.Path) -> None:
    """Writes a JPEG: the file as it was, or what became of it."""
    with beside(path) as partial:
        if photograph.as_it_was:
            shutil.copyfile(photograph.path, partial)
        else:
            Image.fromarray(photograph.image).save(partial, "jpeg", quality=95, subsampling=0)


def read_ahead(read: Callable, items: Iterable) -> Iterator:
    """`read(item)` of every item in order, some of them read in threads while others are used."""
    threads = os.cpu_count() or 1
    with ThreadPoolExecutor(threads) as pool:
        running: deque = deque()
        for item in items:
            running.append(pool.submit(read, item))
            if len(running) > 2 * threads:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def same_size(photographs: Iterable[Photograph], batch_size: int) -> Iterator[list[Photograph]]:
    """Batches of photographs of one size; where few share a size, smaller ones."""
    waiting: dict[tuple[int, ...], list[Photograph]] = {}
    for photograph in photographs:
        group = waiting.setdefault(photograph.image.shape, [])
        group.append(photograph)
        if len(group) == batch_size:
            yield waiting.pop(photograph.image.shape)
        elif sum(map(len, waiting.values())) >= MOST_WAITING:
            yield waiting.pop(max(waiting, key=lambda shape: len(waiting[shape])))
    yield from waiting.values()
