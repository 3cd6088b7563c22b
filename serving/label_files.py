"""Label files to label maps: grey PNGs of file ids, palette and coloured PNGs of class colours.

Unlike `spade_tf.data.files` this knows no config, only a model card, and imports no TensorFlow.
"""

import io
import pathlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from spade_tf.errors import UserError
from spade_tf.export.contract import NOT_A_LABEL, ModelCard

MAX_PIXELS = 1 << 26
"""A few bytes of PNG can stand for terabytes of pixels; larger pictures are not opened."""

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
"""Colour types in a PNG's header."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NAMES = {
    GREY: "grey",
    RGB: "RGB",
    PALETTE: "palette",
    GREY_ALPHA: "grey with alpha",
    RGB_ALPHA: "RGB with alpha",
}
_LISTED = 8


@dataclass(frozen=True)
class Header:
    """What the first bytes of a PNG say."""

    width: int
    height: int
    bit_depth: int
    color_type: int

    def __str__(self) -> str:
        return f"a {self.bit_depth}-bit {_NAMES.get(self.color_type, 'unknown')} PNG"


def read_file(path: str | pathlib.Path) -> bytes:
    """A file's bytes. Raises UserError if it cannot be read."""
    try:
        return pathlib.Path(path).read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path} ({error.strerror})") from error


def read_label_map(
    content: bytes, name: str, card: ModelCard | None, max_pixels: int = MAX_PIXELS
) -> np.ndarray:
    """The label map of a PNG at its own size, [height, width] int32.

    Args:
        content: the file. 8-bit grey: file ids, looked up in the card's `label_of_file_id`;
            palette or coloured: exactly the colours of the card's labels.
        name: of the file, for errors.
        card: of the model; None = grey levels are labels, and no colours can be read.
        max_pixels: more are refused before anything is decoded.

    Raises:
        UserError: no such PNG, damaged, too large, or it holds ids or colours of no label.
    """
    header = read_header(content, name, max_pixels)
    if header.color_type in (GREY, GREY_ALPHA):
        check_grey(header, name, allow_alpha=True)
        ids = _pixels(content, name)
        ids = _without_alpha(ids, name) if header.color_type == GREY_ALPHA else ids
        return ids.astype(np.int32) if card is None else _labels_of_ids(ids, name, card)
    if header.bit_depth > 8:
        raise UserError(f"{name} is {header}; expected 8 bits: save it anew as an 8-bit PNG")
    if card is None:
        raise UserError(
            f"{name} is {header}, whose colours only a model card tells the labels of; give "
            "--model_card=FILE (assets.extra/model_card.json of the exported model), or an 8-bit "
            "grey PNG whose pixels are labels"
        )
    pixels = _pixels(content, name, "RGBA" if header.color_type == RGB_ALPHA else "RGB")
    pixels = _without_alpha(pixels, name) if header.color_type == RGB_ALPHA else pixels
    return _labels_of_colors(pixels, name, card)


def read_instance_map(content: bytes, name: str, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """The instance map of an 8- or 16-bit grey PNG at its own size, [height, width] int32."""
    header = read_header(content, name, max_pixels)
    if header.color_type != GREY or header.bit_depth not in (8, 16):
        raise UserError(
            f"{name} is {header}; expected an 8- or 16-bit grey PNG, the value of a pixel being "
            "the id of its instance"
        )
    return _pixels(content, name).astype(np.int32)


def read_header(content: bytes, name: str, max_pixels: int = MAX_PIXELS) -> Header:
    """The header of a PNG. Raises UserError for anything else, and for one of too many pixels."""
    if len(content) < 26 or not content.startswith(_SIGNATURE):
        raise UserError(f"{name} is no PNG; label and instance maps must be PNG, which is lossless")
    header = Header(*struct.unpack(">IIBB", content[16:26]))
    if not 0 < header.width * header.height <= max_pixels:
        raise UserError(
            f"{name} claims {header.width}x{header.height} pixels; expected 1 to {max_pixels}"
        )
    return header


def check_grey(header: Header, name: str, *, allow_alpha: bool = False) -> None:
    """Refuses a PNG whose values are not file ids as they are."""
    types = (GREY, GREY_ALPHA) if allow_alpha else (GREY,)
    if header.color_type not in types or header.bit_depth != 8:
        raise UserError(
            f"{name} is {header}; expected an 8-bit grey PNG, the value of a pixel being its file "
            "id"
        )


def check_size(found: tuple[int, int], wanted: tuple[int, int], name: str) -> None:
    """Refuses a map that is not of the model's (height, width)."""
    if found != wanted:
        raise UserError(
            f"{name} is {found[1]}x{found[0]} pixels; the model paints {wanted[1]}x{wanted[0]}: "
            "give a map of that size, or scale this one with --resize"
        )


def fit(map_: np.ndarray, size: tuple[int, int], name: str, resize: bool) -> np.ndarray:
    """A map in the model's (height, width): as it is, or the nearest pixels of it.

    Raises:
        UserError: another size, and `resize` is not set.
    """
    if not resize:
        check_size(map_.shape[:2], size, name)
        return map_
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(int)
        for new, old in zip(size, map_.shape, strict=True)
    )
    return map_[rows[:, None], columns]


def _pixels(content: bytes, name: str, mode: str | None = None) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as file:
            return np.asarray(file.convert(mode) if mode else file)
    # struct.error: damaged chunks, in Pillow before 13
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        raise UserError(
            f"{name} cannot be decoded ({error}): it is damaged or cut short"
        ) from error


def _without_alpha(pixels: np.ndarray, name: str) -> np.ndarray:
    """The pixels without their last channel, which must say that all are opaque."""
    clear = int(np.count_nonzero(pixels[..., -1] != 255))
    if clear:
        raise UserError(f"{name} has {clear} transparent pixels; expected a label for every pixel")
    return pixels[..., 0] if pixels.shape[-1] == 2 else pixels[..., :-1]


def _labels_of_ids(ids: np.ndarray, name: str, card: ModelCard) -> np.ndarray:
    labels = np.array(card.label_of_file_id, np.int32)[ids]
    wrong, counts = np.unique(ids[labels == NOT_A_LABEL], return_counts=True)
    if wrong.size:
        good = [i for i, label in enumerate(card.label_of_file_id) if label != NOT_A_LABEL]
        raise UserError(
            f"{name} holds file ids of no label: {_listed(wrong.tolist(), counts.tolist())}; "
            f"model {card.name!r} knows {_ranges(good)}"
        )
    return labels


def _labels_of_colors(pixels: np.ndarray, name: str, card: ModelCard) -> np.ndarray:
    found, places, counts = np.unique(
        pixels.astype(np.int32) @ (1 << 16, 1 << 8, 1), return_inverse=True, return_counts=True
    )
    owners: dict[int, list[int]] = {}
    for label in card.labels:
        red, green, blue = label.color
        owners.setdefault(red << 16 | green << 8 | blue, []).append(label.id)
    known = [owners.get(code, []) for code in found.tolist()]
    for problem, is_wrong in (
        ("colours of no label", lambda ids: not ids),
        ("colours that several labels share", lambda ids: len(ids) > 1),
    ):
        wrong = [i for i, ids in enumerate(known) if is_wrong(ids)]
        if wrong:
            colors = [_color_text(int(found[i])) for i in wrong]
            raise UserError(
                f"{name} holds {problem}: {_listed(colors, counts[wrong].tolist())}; paint with "
                f"exactly the colours in the card of model {card.name!r}, without smooth edges, or "
                "give a grey PNG of file ids"
            )
    return np.array([ids[0] for ids in known], np.int32)[places].reshape(pixels.shape[:2])


def _color_text(code: int) -> str:
    return f"#{code:06x}"


def _listed(values: Sequence, counts: Sequence[int]) -> str:
    """Values with their numbers of pixels, the most frequent first."""
    order = sorted(range(len(values)), key=lambda i: -counts[i])
    texts = [f"{values[i]} ({counts[i]} pixels)" for i in order[:_LISTED]]
    more = len(values) - _LISTED
    return ", ".join(texts) + (f" and {more} more" if more > 0 else "")


def _ranges(ids: Sequence[int]) -> str:
    """Sorted numbers in few words: 0..4, 255."""
    groups: list[list[int]] = []
    for i in ids:
        if groups and groups[-1][1] == i - 1:
            groups[-1][1] = i
        else:
            groups.append([i, i])
    return ", ".join(str(a) if a == b else f"{a}..{b}" for a, b in groups)
