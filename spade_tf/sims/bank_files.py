"""A memory bank on disk.

A bank is a folder:

    bank.json       format, what it was built from, label statistics, sizes and checksums
    index.sqlite    table `images` (id, name); table `segments`: image, label, bounding box, area,
                    signature, and where in segments.bin its bytes lie, with their CRC-32
    segments.bin    for each segment its outline and mask, a bit per pixel of the box, deflated;
                    then its pixels as a PNG of the box, black where the mask is not

The masks of an image do not overlap, so that every pixel is stored once.
"""

import hashlib
import io
import json
import pathlib
import zlib

import numpy as np
from PIL import Image

from spade_tf.errors import UserError
from spade_tf.sims.segments import Segment

FORMAT = 1
HEAD, INDEX, DATA = "bank.json", "index.sqlite", "segments.bin"

SCHEMA = """
CREATE TABLE IF NOT EXISTS images (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS segments (
    id INTEGER PRIMARY KEY, image INTEGER NOT NULL REFERENCES images, label INTEGER NOT NULL,
    "top" INTEGER, "left" INTEGER, "bottom" INTEGER, "right" INTEGER, area INTEGER, signature BLOB,
    start INTEGER, mask_bytes INTEGER, mask_crc INTEGER, pixel_bytes INTEGER, pixel_crc INTEGER);
"""


def pack(segment: Segment, image: np.ndarray) -> tuple[bytes, bytes]:
    """A segment of a photograph, uint8 [height, width, 3], as bytes: its masks, its pixels."""
    bits = np.packbits(np.stack([segment.outline, segment.mask]))
    pixels = np.where(segment.mask[..., np.newaxis], image[segment.box], 0).astype(np.uint8)
    png = io.BytesIO()
    Image.fromarray(pixels).save(png, "png")
    return zlib.compress(bits.tobytes(), 9), png.getvalue()


def unpack_masks(data: bytes, rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Mask and outline, bool [rows, columns], of what `pack` made."""
    packed = np.frombuffer(zlib.decompress(data), np.uint8)
    bits = np.unpackbits(packed, count=2 * rows * columns).astype(bool)
    outline, mask = bits.reshape(2, rows, columns)
    return mask, outline


def unpack_pixels(data: bytes) -> np.ndarray:
    """The pixels, uint8 [rows, columns, 3], of what `pack` made."""
    with Image.open(io.BytesIO(data)) as file:
        return np.asarray(file)


def read_head(folder: pathlib.Path) -> dict:
    """What bank.json says. Raises UserError: no bank, or of another format."""
    path = folder / HEAD
    if not path.is_file():
        raise UserError(
            f"{folder} is no memory bank: it has no {HEAD}; make one with "
            f"python -m tools.build_bank --config=NAME --output={folder}"
        )
    try:
        head = json.loads(path.read_text(encoding="utf-8"))
        version = head["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(path, "it is not what tools.build_bank wrote") from error
    if version != FORMAT:
        raise UserError(
            f"{path} is of format {version}, this program reads {FORMAT}; build the bank again"
        )
    return head


def describe_files(folder: pathlib.Path) -> dict[str, dict]:
    """Size and SHA-256 of a bank's files, for bank.json."""
    return {
        name: {"bytes": (folder / name).stat().st_size, "sha256": _sha256(folder / name)}
        for name in (INDEX, DATA)
    }


def check_files(folder: pathlib.Path, head: dict, whole: bool = False) -> None:
    """Compares a bank's files with bank.json: their sizes; if `whole`, every byte.

    Raises:
      UserError: a file is missing, cut short or changed.
    """
    for name, written in head["files"].items():
        path = folder / name
        if not path.is_file():
            raise damaged(path, "it is missing")
        size = path.stat().st_size
        if size != written["bytes"]:
            raise damaged(path, f"it has {size} bytes, {written['bytes']} were written")
        if whole and _sha256(path) != written["sha256"]:
            raise damaged(path, "its SHA-256 is not that of what was written")


def damaged(path: pathlib.Path, reason: str) -> UserError:
    """The error of a file that is not as it was written."""
    return UserError(f"{path} is damaged ({reason}); remove the bank's folder and build it again")


def _sha256(path: pathlib.Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
