"""Builds a memory bank; stopped at any moment, it goes on from the last images that were kept."""

import dataclasses
import json
import os
import pathlib
import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable

import numpy as np
import tensorflow as tf

from spade_tf.config import Config, ModelConfig
from spade_tf.data import sources
from spade_tf.data.failures import explain_failure
from spade_tf.data.labels import dont_care_label, label_names
from spade_tf.data.listing import Example
from spade_tf.data.pipeline import make_dataset
from spade_tf.errors import UserError
from spade_tf.files import write_beside
from spade_tf.pictures import to_uint8
from spade_tf.sims import bank_files
from spade_tf.sims.bank import Bank
from spade_tf.sims.segments import find_segments
from spade_tf.sims.signature import signature
from spade_tf.sims.sizes import min_bank_area

IMAGES_PER_COMMIT = 32
"""Most images whose work is lost when a build is killed."""

Progress = Callable[[list[str], int], Iterable[str]]
"""From the names of the images that are left, and how many there are in all, to the same names."""


def build_bank(
    config: Config, folder: pathlib.Path, progress: Progress = lambda names, count: names
) -> Bank:
    """Builds the bank of a config's training set in `folder`, or opens the one that is there.

    Photographs are cut to data.height x data.width as validation files are: scaled, middle. The
    unfinished bank lies beside, as `.NAME.partial`, and is renamed when it is whole.

    Raises:
      UserError: bad data, a bank of other settings, or something else in the folder.
    """
    examples = sources.list_examples(config, "train")
    if examples[0].label and not examples[0].image:
        place = config.data.shards or config.data.root
        raise UserError(f"{place} has no training photographs to fill a bank with")
    settings = settings_of(config, examples)
    if (folder / bank_files.HEAD).is_file():
        return _open_whole(folder, settings)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder} exists already and is no bank; give an empty or new folder")
    partial = folder.with_name(f".{folder.name}.partial")
    writer = BankWriter(partial, settings)
    try:
        names = [example.name for example in examples[writer.done :]]
        pictures = _pictures(config, writer.done)
        for name, picture in zip(progress(names, len(examples)), pictures, strict=True):
            writer.add(name, *picture)
        writer.finish()
    except tf.errors.OpError as error:
        raise explain_failure(config, "train", error) from error
    finally:
        writer.close()
    os.replace(partial, folder)
    return Bank(folder)


def settings_of(config: Config, examples: list[Example]) -> dict:
    """All that a bank's content depends on, but for the files' bytes."""
    data = config.data
    names = label_names(config)
    thin = [name.strip() for name in config.model.thin_labels.split(",") if name.strip()]
    unknown = [name for name in thin if name not in names]
    if unknown:
        raise UserError(
            f"model.thin_labels names {', '.join(unknown)}; the labels are {', '.join(names)}"
        )
    return {
        "dataset": data.dataset,
        "root": data.shards or data.root,
        "images": len(examples),
        "height": data.height,
        "width": data.width,
        "preprocess": data.preprocess,
        "label_names": names,
        "nothing": dont_care_label(data),
        "thin": [names.index(name) for name in thin],
    }


class BankWriter:
    """A bank that is not whole yet.

    Attributes:
      done: images in it.
    """

    def __init__(self, folder: pathlib.Path, settings: dict):
        self.folder, self.settings = folder, settings
        kept = folder / "settings.json"
        if folder.exists() and (
            not kept.is_file() or json.loads(kept.read_text(encoding="utf-8")) != settings
        ):
            shutil.rmtree(folder)  # of other settings: of no use
        folder.mkdir(parents=True, exist_ok=True)
        write_beside(kept, json.dumps(settings))
        self._index = sqlite3.connect(folder / bank_files.INDEX)
        self._index.executescript(bank_files.SCHEMA)
        self._data = open(folder / bank_files.DATA, "ab")  # noqa: SIM115 (closed in close)
        (self.done,) = self._index.execute("SELECT COUNT(*) FROM images").fetchone()
        (end,) = self._index.execute(
            "SELECT COALESCE(MAX(start + mask_bytes + pixel_bytes), 0) FROM segments"
        ).fetchone()
        self._data.truncate(end)  # what follows belongs to images that the index does not know
        self._end = end

    def add(self, name: str, label_map: np.ndarray, image: np.ndarray) -> None:
        """Adds an image's segments: [height, width] labels, uint8 [height, width, 3]."""
        height, width = label_map.shape
        segments = find_segments(
            label_map, self.settings["nothing"], self.settings["thin"], min_bank_area(height, width)
        )
        self._index.execute("INSERT INTO images VALUES (?, ?)", (self.done, name))
        for segment in segments:
            masks, pixels = bank_files.pack(segment, image)
            self._data.write(masks + pixels)
            bits = signature(segment.on(height, width)).tobytes()
            rows, columns = segment.box
            box = (rows.start, columns.start, rows.stop, columns.stop)
            checked = (len(masks), zlib.crc32(masks), len(pixels), zlib.crc32(pixels))
            self._index.execute(
                "INSERT INTO segments VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (self.done, segment.label, *box, segment.area, bits, self._end, *checked),
            )
            self._end += len(masks) + len(pixels)
        self.done += 1
        if self.done % IMAGES_PER_COMMIT == 0:
            self._keep()

    def finish(self) -> None:
        """Writes the head: with it the bank is whole."""
        self._keep()
        (segments,) = self._index.execute("SELECT COUNT(*) FROM segments").fetchone()
        rows = self._index.execute("SELECT label, SUM(area) FROM segments GROUP BY label")
        areas = dict(rows.fetchall())
        self.close()
        head = {
            "format": bank_files.FORMAT,
            "settings": self.settings,
            "segments": segments,
            "label_pixels": [areas.get(i, 0) for i in range(len(self.settings["label_names"]))],
            "files": bank_files.describe_files(self.folder),
        }
        (self.folder / "settings.json").unlink()
        write_beside(self.folder / bank_files.HEAD, json.dumps(head, indent=2) + "\n")

    def close(self) -> None:
        """Closes the files; what was not kept yet is forgotten."""
        self._data.close()
        self._index.close()

    def _keep(self) -> None:
        # The pixels first: the index must not know of bytes that are not there.
        self._data.flush()
        os.fsync(self._data.fileno())
        self._index.commit()


def _pictures(config: Config, first: int) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Label map and photograph, uint8, of the training examples from number `first` on."""
    # A model of its own kind would want canvases, and so the bank.
    plain = dataclasses.replace(config, model=ModelConfig())
    for batch in make_dataset(plain, "train", 1, start_image=first, training=False):
        yield batch["label_map"][0].numpy(), to_uint8(batch["image"][0])


def _open_whole(folder: pathlib.Path, settings: dict) -> Bank:
    """The bank in a folder, if it is of these settings and its bytes are as written."""
    head = bank_files.read_head(folder)
    differing = [key for key in settings if head["settings"].get(key) != settings[key]]
    if differing:
        raise UserError(
            f"{folder} holds a bank of other {', '.join(differing)}; give another folder, or "
            "remove this one"
        )
    bank_files.check_files(folder, head, whole=True)
    return Bank(folder)
