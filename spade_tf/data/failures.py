"""What went wrong inside tf.data, as one line that names the file."""

import os
import pathlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data import decoding, files, sources
from spade_tf.data.listing import Example
from spade_tf.data.shards.reader import open_split
from spade_tf.data.shards.record import unpack
from spade_tf.errors import UserError

_EXAMPLE = re.compile(re.escape(decoding.FAILURE) + r"\W+(\d+)")
_DECODER = re.compile(r"\b(JPEG|PNG|GIF|BMP)\b|jpeg::|Input is empty")
"""TensorFlow's decoders do not name the file: all have to be read again."""

_FILE_SIZE = re.compile(r"size (\d+)")
"""But some tell how long it is."""

_GRAPH_NODE = re.compile(r"^\{\{.*?\}\} ")


def explain_failure(config: Config, split: str, error: Exception) -> UserError:
    """The cause of an error raised by `make_dataset`'s dataset: reads the files again.

    Args:
      config: the experiment.
      split: `train` or `val`.
      error: what iterating the dataset raised.

    Returns:
      An error that names the file and says what to do; where no file is to blame, one that says so
      with the first line of `error`.
    """
    message = str(error)
    try:
        examples = sources.list_examples(config, split)
        for suspects in _suspects(message, examples):
            with ThreadPoolExecutor() as pool:
                for cause in pool.map(
                    lambda index: explain_example(config, split, index), suspects
                ):
                    if cause:
                        pool.shutdown(wait=False, cancel_futures=True)
                        return cause
    except UserError as unlisted:
        return unlisted
    first_line = _GRAPH_NODE.sub("", message.strip().splitlines()[0]) if message.strip() else ""
    return UserError(
        f"TensorFlow failed, and no file of the {split} data explains it: "
        f"{first_line or type(error).__name__}"
    )


def explain_example(config: Config, split: str, index: int) -> UserError | None:
    """What is wrong with an example, by its number; None if nothing is."""
    if not config.data.shards:
        return find_fault(sources.list_examples(config, split)[index], config, split)
    shards = open_split(config.data, split)
    try:
        _, pictures = unpack(shards.record(index))
    except UserError as error:
        return error
    example = shards.examples[index]
    with tempfile.TemporaryDirectory() as folder:
        # Under the names of the files that the record was made from.
        copies = {}
        for kind, key in (("label", "label_map"), ("image", "image"), ("instance", "instance_map")):
            if key in pictures:
                copy = pathlib.Path(folder, os.path.basename(getattr(example, kind)))
                copy = copy.with_stem(f"{copy.stem}.{key}")
                copy.write_bytes(pictures[key])
                copies[kind] = str(copy)
        found = find_fault(Example(example.name, **copies), config, split, shards.store == "files")
        where = " ".join(shards.where(index))
        return found and UserError(str(found).replace(f"{folder}/", f"{where}: "))


def find_fault(example: Example, config: Config, split: str, raw: bool = True) -> UserError | None:
    """What is wrong with an example's files, or None; `raw` ones are as the user has them."""
    if not example.label:
        return None
    try:
        if raw:
            files.check_example(example, config.data)
        for path in _paths(example):
            _decode_as_tensorflow(path)
        if raw:
            header = files.read_png_header(example.label)
            files.check_fits(example.label, header.height, header.width, config.data, split)
    except UserError as error:
        return error
    return None


def _suspects(message: str, examples: list[Example]) -> Iterator[Sequence[int]]:
    """Groups of examples' numbers that an error message points to, the most likely first."""
    numbered = _EXAMPLE.search(message)
    if numbered:
        yield [int(numbered.group(1))]
        return
    named = [i for i, e in enumerate(examples) if any(path in message for path in _paths(e))]
    yield named
    if not named and _DECODER.search(message):
        sizes = {0, *map(int, _FILE_SIZE.findall(message))}
        yield [i for i, e in enumerate(examples) if any(_file_size(p) in sizes for p in _paths(e))]
        yield range(len(examples))


def _decode_as_tensorflow(path: str) -> None:
    """TensorFlow's decoders refuse some files that PIL takes."""
    try:
        decoding.decode_image(tf.io.read_file(path))
    except tf.errors.OpError as error:
        reason = _GRAPH_NODE.sub("", error.message.split(" [Op:")[0])
        raise UserError(
            f"TensorFlow cannot decode {path} ({reason}): save it anew as an ordinary PNG or JPEG, "
            "or remove it with its partners"
        ) from error


def _paths(example: Example) -> list[str]:
    return [path for path in (example.label, example.image, example.instance) if path]


def _file_size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return -1
