"""What went wrong inside tf.data, as one line that names the file."""

import os
import re

import tensorflow as tf

from spade_tf.config import Config
from spade_tf.data import decoding, files, sources
from spade_tf.data.listing import Example
from spade_tf.errors import UserError

# TensorFlow's decoders tell how long the damaged file is, not its name.
_FILE_SIZE = re.compile(r"(?:data size|data, size|with size) (\d+)")
_EXAMPLE = re.compile(re.escape(decoding.FAILURE) + r"\W+(\d+)")


def explain_failure(config: Config, split: str, error: Exception) -> UserError:
    """The cause of an error raised by `make_dataset`'s dataset: reads the files again.

    Args:
      config: the experiment.
      split: `train` or `val`.
      error: what iterating the dataset raised.

    Returns:
      An error that names the file and says what to do; where no file is to blame, one with the
      first line of `error`.
    """
    message = str(error)
    try:
        examples = sources.list_examples(config, split)
        suspects = _suspects(message, examples)
        for example in suspects:
            _check(example, config, split)
    except UserError as cause:
        return cause
    first_line = message.strip().splitlines()[0] if message.strip() else type(error).__name__
    named = ", ".join(example.label for example in suspects[:3])
    where = f" at {named}" if 0 < len(suspects) < len(examples) else ""
    return UserError(f"reading the {split} data failed{where}: {first_line}")


def _suspects(message: str, examples: list[Example]) -> list[Example]:
    """The examples that an error message points to; all of them where it points nowhere."""
    numbered = _EXAMPLE.search(message)
    if numbered:
        return [examples[int(numbered.group(1))]]
    named = [e for e in examples if any(path and path in message for path in _paths(e))]
    if named:
        return named
    sizes = {int(size) for size in _FILE_SIZE.findall(message)}
    sized = [e for e in examples if any(_file_size(path) in sizes for path in _paths(e))]
    return sized or examples


def _check(example: Example, config: Config, split: str) -> None:
    if not example.label:
        return
    files.check_example(example, config.data)
    for path in filter(None, (example.label, example.image, example.instance)):
        _decode_as_tensorflow(path)
    header = files.read_png_header(example.label)
    files.check_fits(example.label, header.height, header.width, config.data, split)


def _decode_as_tensorflow(path: str) -> None:
    """TensorFlow's decoders refuse some files that PIL takes."""
    try:
        decoding.decode_image(tf.constant(path))
    except tf.errors.OpError as error:
        reason = error.message.split(" [Op:")[0].split("}} ")[-1]
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
