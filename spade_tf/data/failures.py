"""What went wrong inside tf.data, as one line that names the file."""

import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data import decoding, files, sources
from spade_tf.data.listing import Example
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
    except UserError as unlisted:
        return unlisted
    for suspects in _suspects(message, examples):
        with ThreadPoolExecutor() as pool:
            for cause in pool.map(lambda example: _cause(example, config, split), suspects):
                if cause:
                    pool.shutdown(wait=False, cancel_futures=True)
                    return cause
    first_line = _GRAPH_NODE.sub("", message.strip().splitlines()[0]) if message.strip() else ""
    return UserError(
        f"TensorFlow failed, and no file of the {split} data explains it: "
        f"{first_line or type(error).__name__}"
    )


def _suspects(message: str, examples: list[Example]) -> Iterator[list[Example]]:
    """Groups of examples that an error message points to, the most likely first."""
    numbered = _EXAMPLE.search(message)
    if numbered:
        yield [examples[int(numbered.group(1))]]
        return
    named = [e for e in examples if any(path in message for path in _paths(e))]
    yield named
    if not named and _DECODER.search(message):
        sizes = {0, *map(int, _FILE_SIZE.findall(message))}
        yield [e for e in examples if any(_file_size(path) in sizes for path in _paths(e))]
        yield examples


def _cause(example: Example, config: Config, split: str) -> UserError | None:
    if not example.label:
        return None
    try:
        files.check_example(example, config.data)
        for path in _paths(example):
            _decode_as_tensorflow(path)
        header = files.read_png_header(example.label)
        files.check_fits(example.label, header.height, header.width, config.data, split)
    except UserError as error:
        return error
    return None


def _decode_as_tensorflow(path: str) -> None:
    """TensorFlow's decoders refuse some files that PIL takes."""
    try:
        decoding.decode_image(tf.constant(path))
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
