"""The memory bank of a training set: all its segments, to search and to read."""

import os
import pathlib
import sqlite3
import zlib

import numpy as np

from spade_tf.errors import UserError
from spade_tf.sims import bank_files
from spade_tf.sims.segments import Segment
from spade_tf.sims.signature import WORDS


class Bank:
    """A whole bank, open for reading; threads may share it. The index is in memory, pixels are not.

    Attributes:
      folder: where it lies.
      height, width: of the pictures, in pixels.
      label_names: of the data set.
      nothing: the don't-care label, or None.
      thin: labels merged into what they touch, see `find_segments`.
      label_pixels: pixels of each label in the training set.
      image_names: names of the training images.
      images, labels: of all segments by number, int32 [count]; those of a label are neighbours.
      boxes: int32 [count, 4]: top, left, bottom, right (bottom and right not included).
      areas: pixels of the outlines, int32 [count].
      signatures: uint64 [count, 16].

    Raises:
      UserError: no bank, of another format, or damaged.
    """

    def __init__(self, folder: str | os.PathLike):
        self.folder = pathlib.Path(folder)
        head = bank_files.read_head(self.folder)
        bank_files.check_files(self.folder, head)
        settings = head["settings"]
        self.height: int = settings["height"]
        self.width: int = settings["width"]
        self.label_names: list[str] = settings["label_names"]
        self.nothing: int | None = settings["nothing"]
        self.thin: list[int] = settings["thin"]
        self.label_pixels: list[int] = head["label_pixels"]
        self.image_names, rows = self._read_index()
        numbers = np.array([row[:-1] for row in rows], np.int64).reshape(-1, 12)
        self.images, self.labels, self.areas = numbers[:, (0, 1, 6)].T.astype(np.int32)
        self.boxes = numbers[:, 2:6].astype(np.int32)
        self._places = numbers[:, 7:]
        signatures = np.frombuffer(b"".join(row[-1] for row in rows), np.uint64)
        self.signatures = signatures.reshape(-1, WORDS)
        self._data = os.open(self.folder / bank_files.DATA, os.O_RDONLY)

    def __del__(self) -> None:
        if hasattr(self, "_data"):
            os.close(self._data)

    def __len__(self) -> int:
        return len(self.labels)

    def of_label(self, label: int) -> slice:
        """The numbers of a label's segments."""
        return slice(*np.searchsorted(self.labels, [label, label + 1]).tolist())

    def segment(self, number: int) -> Segment:
        """A segment's place and masks. Raises UserError if its bytes are damaged."""
        top, left, bottom, right = self.boxes[number].tolist()
        start, size, crc, _, _ = self._places[number].tolist()
        masks = self._read(number, start, size, crc)
        unpacked = bank_files.unpack_masks(masks, bottom - top, right - left)
        return Segment(int(self.labels[number]), top, left, *unpacked)

    def pixels(self, number: int) -> np.ndarray:
        """A segment's photograph: uint8 [rows, columns, 3] of its box, black outside of its mask.

        Raises:
          UserError: its bytes are damaged.
        """
        start, mask_bytes, _, size, crc = self._places[number].tolist()
        return bank_files.unpack_pixels(self._read(number, start + mask_bytes, size, crc))

    def _read(self, number: int, start: int, size: int, crc: int) -> bytes:
        data = os.pread(self._data, size, start)
        if zlib.crc32(data) != crc:
            reason = f"the bytes of segment {number} have another checksum"
            raise bank_files.damaged(self.folder / bank_files.DATA, reason)
        return data

    def _read_index(self) -> tuple[list[str], list[tuple]]:
        path = self.folder / bank_files.INDEX
        # Immutable: nobody writes to a bank, and it may lie where nobody can.
        index = sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
        try:
            names = index.execute("SELECT name FROM images ORDER BY id").fetchall()
            rows = index.execute(
                'SELECT image, label, "top", "left", "bottom", "right", area, start, mask_bytes, '
                "mask_crc, pixel_bytes, pixel_crc, signature FROM segments ORDER BY label, id"
            ).fetchall()
        except sqlite3.DatabaseError as error:
            raise bank_files.damaged(path, str(error)) from error
        finally:
            index.close()
        return [name for (name,) in names], rows


def check_fits(bank: Bank, height: int, width: int, label_names: list[str]) -> None:
    """Refuses a bank of pictures of another size or of other labels than a config's."""
    if (bank.height, bank.width, bank.label_names) == (height, width, label_names):
        return
    what = "other label names"
    if (bank.height, bank.width) != (height, width):
        what = f"{bank.width}x{bank.height} pixels"
    elif len(bank.label_names) != len(label_names):
        what = f"{len(bank.label_names)} labels"
    raise UserError(
        f"model.bank={bank.folder} was built from pictures of {what}; the config has {width}x"
        f"{height} and {len(label_names)} labels: build it with the same --config values"
    )
