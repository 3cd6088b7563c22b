"""Files of arrays in which statistics are kept, to be gone on with later or merged."""

import pathlib
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spade_tf.errors import UserError
from spade_tf.files import beside


def write_arrays(path: pathlib.Path, arrays: Mapping[str, Any]) -> None:
    """Writes an .npz, whole or not at all; makes the folder."""
    with beside(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, **arrays)


def read_arrays(path: pathlib.Path, keys: Sequence[str], content: str) -> dict[str, np.ndarray]:
    """The arrays of an .npz that must hold exactly these.

    Args:
      content: what the file is, in words, for the message.

    Raises:
      UserError: names the file, what is wrong with it, and what to do.
    """
    advice = f"give {content} saved by this version, or delete the file to start anew"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; give {content}") from error
    except (OSError, EOFError, ValueError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise UserError(f"{path}: no whole .npz ({error}); {advice}") from error
    if set(arrays) != set(keys):
        raise UserError(f"{path}: holds {sorted(arrays)}, expected {sorted(keys)}; {advice}")
    return arrays
