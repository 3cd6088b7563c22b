"""Numbers that the evaluation projects' own code produced; `meta` of each file names its source."""

import pathlib

import numpy as np

FOLDER = pathlib.Path(__file__).parents[1] / "testdata" / "evaluation"


def stored(name: str) -> dict[str, np.ndarray]:
    """The arrays of one file: `in/NAME` and `out/NAME`."""
    with np.load(FOLDER / f"{name}.npz") as file:
        return {key: file[key] for key in file.files}
