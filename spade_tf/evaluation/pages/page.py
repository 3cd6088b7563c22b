"""Writes a page: its data, the viewer (plain HTML, CSS and JavaScript) and, last, index.html."""

import dataclasses
import html
import json
import pathlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spade_tf.files import write_beside

VIEWER = pathlib.Path(__file__).parent / "viewer"
SHARE_DIGITS = 4


@dataclasses.dataclass(frozen=True)
class PageExample:
    """What the page shows of one label map.

    Attributes:
      name: of the label map.
      pictures: for each column the large and the small picture, as paths below the page's folder
        with slashes.
      shares: share of the pixels, 0..1, by label.
      confidence: how sure a segmenter was, 0..1; None where it is not known.
      remarks: what a person should look at.
    """

    name: str
    pictures: Sequence[tuple[str, str]]
    shares: Mapping[int, float]
    confidence: float | None = None
    remarks: Sequence[str] = ()


@dataclasses.dataclass(frozen=True)
class Page:
    """Everything on a page.

    Attributes:
      title: heading.
      class_names, palette: of all labels; the palette is uint8 [num_labels, 3].
      columns: titles of the pictures of an example.
      examples: in the order of their names.
      aspect: width of a picture divided by its height.
      metrics: rows of `metric_table`.
      methods: titles of the columns of those rows.
      marked: names of examples to leave out; None for a page on which nothing is marked.
    """

    title: str
    class_names: Sequence[str]
    palette: np.ndarray
    columns: Sequence[str]
    examples: Sequence[PageExample]
    aspect: float
    metrics: Sequence[Mapping[str, Any]] = ()
    methods: Sequence[str] = ()
    marked: Sequence[str] | None = None


def shares(label_map: np.ndarray, num_labels: int) -> dict[int, float]:
    """Share of the pixels of each label that occurs, most frequent first."""
    counts = np.bincount(np.ravel(label_map), minlength=num_labels)
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    return {int(i): float(counts[i] / counts.sum()) for i in order}


def withdraw_page(folder: pathlib.Path) -> None:
    """Takes the page of an earlier run away before its pictures are written over."""
    (folder / "index.html").unlink(missing_ok=True)


def write_page(page: Page, folder: pathlib.Path) -> None:
    """Writes index.html and what it needs; the pictures must be in their places already."""
    viewer = folder / "viewer"
    for file in sorted(VIEWER.iterdir()):
        if file.name != "index.html":
            write_beside(viewer / file.name, file.read_text(encoding="utf-8"))
    data = json.dumps(page_data(page), allow_nan=False, separators=(",", ":"))
    write_beside(viewer / "data.js", f'"use strict";\nconst DATA = {data};\n')
    text = (VIEWER / "index.html").read_text(encoding="utf-8")
    write_beside(folder / "index.html", text.replace("PAGE_TITLE", html.escape(page.title)))


def page_data(page: Page) -> dict[str, Any]:
    """What the viewer reads; lists in place of names where there is one for each example."""
    holders = Counter(label for example in page.examples for label in example.shares)
    classes = [
        {"name": name, "color": "#{:02x}{:02x}{:02x}".format(*map(int, color)), "examples": n}
        for name, color, n in zip(
            page.class_names,
            page.palette,
            (holders[label] for label in range(len(page.class_names))),
            strict=True,
        )
    ]
    return {
        "title": page.title,
        "classes": classes,
        "columns": list(page.columns),
        "aspect": page.aspect,
        "examples": [_example_data(example) for example in page.examples],
        "metrics": list(page.metrics),
        "methods": list(page.methods),
        "marked": None if page.marked is None else list(page.marked),
    }


def _example_data(example: PageExample) -> dict[str, Any]:
    data: dict[str, Any] = {
        "name": example.name,
        # One path where the large picture is small enough for the overview.
        "pictures": [[a] if a == b else [a, b] for a, b in example.pictures],
        "shares": [[i, round(share, SHARE_DIGITS)] for i, share in example.shares.items()],
    }
    if example.confidence is not None:
        data["confidence"] = round(example.confidence, SHARE_DIGITS)
    if example.remarks:
        data["remarks"] = list(example.remarks)
    return data
