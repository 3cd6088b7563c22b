"""Label maps, instance maps and photographs from single files, with one clear error for bad input.

The training pipeline reads the same files in the graph (`decoding.py`), by the same rules;
synthesis, the data checker and the explanation of failures read them here.
"""

import struct
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from PIL import Image

from spade_tf.config import DataConfig
from spade_tf.data import transforms
from spade_tf.data.colors import read_palette
from spade_tf.data.datasets import dataset_module
from spade_tf.data.labels import DONT_CARE_FILE_ID, NOT_A_LABEL, label_table
from spade_tf.data.listing import Example
from spade_tf.errors import UserError

GREY, RGB, INDEXED = 0, 2, 3
"""Colour types in a PNG's header; 4 and 6 are grey and RGB with alpha."""

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_BYTES = 26
"""Signature, then the IHDR chunk: width and height at 16, bit depth at 24, colour type at 25."""


@dataclass(frozen=True)
class PngHeader:
    """What the first bytes of a PNG say."""

    width: int
    height: int
    bit_depth: int
    color_type: int


def read_png_header(path: str) -> PngHeader:
    """The header of a PNG. Raises UserError where the file is missing or no PNG."""
    try:
        with open(path, "rb") as file:
            header = file.read(HEADER_BYTES)
    except OSError as error:
        raise UserError(f"cannot read {path} ({error.strerror})") from error
    if len(header) < HEADER_BYTES or not header.startswith(PNG_SIGNATURE):
        raise UserError(f"{path} is no PNG file; label and instance maps must be PNG")
    width, height = struct.unpack(">II", header[16:24])
    return PngHeader(width, height, header[24], header[25])


def indices_are_ids(data: DataConfig) -> bool:
    """Whether the data set's label maps are palette PNGs whose indices are the file ids."""
    return getattr(dataset_module(data.dataset), "PALETTE_INDEX_IS_ID", False)


def check_label_mode(path: str, data: DataConfig) -> PngHeader:
    """The header of a label map. Raises UserError for a mode that the pipeline cannot read."""
    header = read_png_header(path)
    kind = (header.color_type, header.bit_depth)
    if data.palette:
        good, wanted = kind == (RGB, 8), "data.palette is set: expected 8-bit RGB without alpha"
        fix = f"Image.open({path!r}).convert('RGB').save({path!r})"
    else:
        good = kind == (GREY, 8) or (indices_are_ids(data) and header.color_type == INDEXED)
        wanted = "expected 8-bit grey, the value of a pixel being its id"
        fix = f"Image.fromarray(np.asarray(Image.open({path!r})).astype('uint8')).save({path!r})"
        if header.color_type in (RGB, 4, 6):
            fix = f"Image.fromarray(np.asarray(Image.open({path!r}))[..., 0]).save({path!r})"
            if header.color_type != 4:
                fix += ", or for class colours: data.palette=FILE with lines 'red green blue name'"
    if good:
        return header
    raise UserError(f"{path} is {_mode_name(header)}; {wanted}. Convert, in Python with PIL: {fix}")


def read_label_map(path: str, data: DataConfig) -> np.ndarray:
    """The label map of a file at the file's size, [height, width] int32, 0..num_labels-1.

    Raises:
      UserError: no PNG, wrong mode, truncated, unknown colour, or an id that is no label.
    """
    file_ids = read_file_ids(path, data)
    labels = label_table(data)[file_ids]
    if (labels == NOT_A_LABEL).any():
        raise UserError(_wrong_ids(path, file_ids[labels == NOT_A_LABEL], data))
    return labels


def read_file_ids(path: str, data: DataConfig) -> np.ndarray:
    """The ids as the file holds them (coloured map: palette lines), [height, width]."""
    check_label_mode(path, data)
    pixels = read_pixels(path)
    if not data.palette:
        return pixels
    names, colors = read_palette(data.palette)
    found, places = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    lines = {color: line for line, color in enumerate(colors)}
    for color in found:
        if tuple(color.tolist()) not in lines:
            near = int(np.abs(np.array(colors) - color).sum(axis=1).argmin())
            raise UserError(
                f"{path} holds the colour {tuple(color.tolist())}, which {data.palette} does not "
                f"name; the nearest is {colors[near]} {names[near]!r}. Repaint it or add a line "
                f"'{color[0]} {color[1]} {color[2]} NAME'"
            )
    table = np.array([lines[tuple(color.tolist())] for color in found])
    return table[places.reshape(-1)].reshape(pixels.shape[:2])


def read_instance_map(path: str) -> np.ndarray:
    """The instance map of an 8- or 16-bit grey PNG at the file's size, [height, width] int32."""
    check_instance_mode(path)
    return read_pixels(path).astype(np.int32)


def check_instance_mode(path: str) -> PngHeader:
    """The header of an instance map that the pipeline can read. Raises UserError."""
    header = read_png_header(path)
    if header.color_type != GREY or header.bit_depth not in (8, 16):
        raise UserError(
            f"{path} is {_mode_name(header)}; expected an 8- or 16-bit grey instance map, "
            "the value of a pixel being the id of its instance"
        )
    return header


def read_image(path: str) -> np.ndarray:
    """A photograph, [height, width, 3] uint8. Raises UserError if the file is damaged."""
    return read_pixels(path, "RGB")


def check_example(example: Example, data: DataConfig) -> None:
    """Reads an example's files. Raises UserError for the first that the pipeline refuses."""
    size = read_label_map(example.label, data).shape[1::-1]
    if example.image:
        image = read_image(example.image)
        check_same_size(example.label, size, example.image, image.shape[1::-1])
    if example.instance:
        instance_map = read_instance_map(example.instance)
        check_same_size(example.label, size, example.instance, instance_map.shape[1::-1])


def check_same_size(
    label: str, label_size: tuple[int, ...], other: str, other_size: tuple[int, ...]
) -> None:
    """Refuses a photograph or instance map of another (width, height) than its label map."""
    if label_size != other_size:
        raise UserError(
            f"{other} is {other_size[0]}x{other_size[1]} pixels, its label map {label} "
            f"{label_size[0]}x{label_size[1]}; they must be of one size "
            "(was one of them scaled, or turned by its EXIF tag?)"
        )


def cut_of(data: DataConfig, training: bool) -> transforms.Cut:
    """How the config cuts files to size, for training or for validation."""
    return transforms.Cut(data.preprocess, data.load_size, data.height, data.width, training)


def fit_label_map(ids: np.ndarray, data: DataConfig, source: str = "the label map") -> np.ndarray:
    """A label or instance map cut to [data.height, data.width] as the validation files are, int32.

    Args:
      ids: [rows, columns] integers.
      data: the config's data section.
      source: its file, for the message.

    Raises:
      UserError: the map is too small for the config's preprocess mode.
    """
    rows, columns = check_fits(source, ids.shape[0], ids.shape[1], data, "val")
    scaled = transforms.resize_nearest(tf.constant(ids, tf.int32), rows, columns).numpy()
    top, left = (rows - data.height) // 2, (columns - data.width) // 2
    return scaled[top : top + data.height, left : left + data.width]


def check_fits(
    source: str, rows: int, columns: int, data: DataConfig, split: str
) -> tuple[int, int]:
    """Rows and columns that a file of a split is scaled to.

    Raises:
      UserError: then it is smaller than the crop (or, in a mode that does not crop, of another
        size).
    """
    cut = cut_of(data, split == "train")
    height, width = (int(side) for side in transforms.scaled_size(rows, columns, cut))
    if transforms.can_crop(height, width, cut):
        return height, width
    problem = (
        f"{source} ({columns}x{rows} pixels) becomes {width}x{height} with "
        f"data.preprocess={cut.preprocess}"
    )
    target = f"data.width x data.height = {cut.width}x{cut.height}"
    if not cut.crops:
        raise UserError(
            f"{problem}, not {target}; for files of any shape write "
            "data.preprocess=resize_and_crop or fixed"
        )
    load = f" and data.load_size={cut.load_size}" if cut.training else ""
    raise UserError(
        f"{problem}{load}, less than the crop of {target}; "
        "raise data.load_size or write data.preprocess=resize_and_crop"
    )


def read_pixels(path: str, mode: str | None = None) -> np.ndarray:
    """The pixels of a picture, in a PIL mode if given. Raises UserError if it is damaged."""
    try:
        with Image.open(path) as file:
            return np.asarray(file.convert(mode) if mode else file)
    except (FileNotFoundError, IsADirectoryError, PermissionError) as error:
        raise UserError(f"cannot read {path} ({error.strerror})") from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = str(error).replace(path, "the file")
        raise UserError(
            f"cannot decode {path} ({reason}): it is damaged or cut short; "
            "copy it again, or remove it with its partners"
        ) from error


def _mode_name(header: PngHeader) -> str:
    names = {0: "grey", 2: "RGB", 3: "a palette PNG", 4: "grey with alpha", 6: "RGB with alpha"}
    return f"{header.bit_depth}-bit {names.get(header.color_type, 'unknown')}"


def _wrong_ids(path: str, wrong: np.ndarray, data: DataConfig) -> str:
    ids = np.unique(wrong).tolist()
    listed = ", ".join(map(str, ids[:8])) + (" ..." if len(ids) > 8 else "")
    first, last = data.first_file_id, data.first_file_id + data.num_labels - 1
    also = ", and 255 or less than the first for don't-care" if data.has_dont_care else ""
    message = (
        f"{path} holds the file ids {listed} ({wrong.size} pixels), but with data.num_labels="
        f"{data.num_labels} and data.first_file_id={first} the ids are {first}..{last}{also}. "
    )
    above = [i for i in ids if i > last and i != DONT_CARE_FILE_ID]
    if above:
        count = max(above) - first + 1 + (1 if data.has_dont_care else 0)
        return message + f"Set data.num_labels={count} or correct the file"
    return message + (
        "If they mean 'unknown', set data.has_dont_care=true and "
        f"data.num_labels={data.num_labels + 1}"
    )
