"""Collects how well we agree with the official code, for docs/parity.md (`make parity`)."""

import os
import pathlib
from collections.abc import Callable, Iterator

import numpy as np
import pytest

HEAD = """# Equal to the official code, number by number

Small networks with random weights were run by the public PyTorch code of SPADE (NVlabs/SPADE) and
CLADE (tzt101/CLADE); ours are filled with the same weights and given the same inputs. `make parity`
runs these comparisons (`tests/parity`) and writes this page; `make test` fails where a difference
exceeds its tolerance.

Columns: the largest official number; the largest difference; that over the largest number; the
Euclidean norm of the difference over that of the official numbers; which of the three is bounded.

Final weights differ most in biases that a normalisation takes away again: their gradient is zero
but for rounding, which Adam turns into steps, in PyTorch as here. They change no image in training.

| vector | what | largest | absolute | relative | norm | tolerance |
|---|---|---|---|---|---|---|
"""

Agree = Callable[..., None]


@pytest.fixture(scope="session")
def rows() -> Iterator[list[str]]:
    lines: list[str] = []
    yield lines
    page = os.environ.get("SPADE_PARITY_PAGE")
    if page:
        pathlib.Path(page).write_text(HEAD + "\n".join(lines) + "\n")


@pytest.fixture
def agree(rows) -> Agree:
    """Asserts that two arrays agree, and notes by how much.

    One of three bounds: `absolute` of the largest difference, `relative` of that over the largest
    official number, `norm` of the difference's Euclidean norm over the official one.
    """

    def check(vector, what, ours, official, **bound):
        ours, official = np.asarray(ours, np.float64), np.asarray(official, np.float64)
        assert ours.shape == official.shape
        largest, absolute = np.abs(official).max(), np.abs(ours - official).max()
        off = {
            "absolute": absolute,
            "relative": absolute / largest,
            "norm": np.linalg.norm(ours - official) / np.linalg.norm(official),
        }
        ((kind, tolerance),) = bound.items()
        figures = f"{largest:.3g} | {absolute:.1e} | {off['relative']:.1e} | {off['norm']:.1e}"
        rows.append(f"| {vector} | {what} | {figures} | {kind} {tolerance:g} |")
        assert off[kind] <= tolerance, rows[-1]

    return check
