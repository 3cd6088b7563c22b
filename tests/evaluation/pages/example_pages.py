"""Pages with tiny pictures whose colour tells which they are."""

import json
import pathlib
from typing import Any

import numpy as np
from PIL import Image

from spade_tf.evaluation.pages.page import Page, PageExample, write_page

CLASSES = ("sky", "tree", "sea <b>", "road")
PALETTE = np.array([(70, 130, 180), (0, 100, 0), (0, 0, 160), (128, 64, 128)], np.uint8)
SHARES = ({0: 0.7, 1: 0.3}, {0: 0.4, 2: 0.6}, {1: 0.9, 3: 0.1}, {0: 0.1, 1: 0.2, 2: 0.7})
NAMES = ("coast_9", "coast_10", "sub folder/odd #1 100%?", "valley")
METRICS = (
    {
        "name": "miou",
        "unit": "%",
        "higherIsBetter": True,
        "values": [40.0, 50.5],
        "perClass": {"sky": [80.0, 70.0], "tree": [None, 60.0]},
    },
    {"name": "fid", "unit": "", "higherIsBetter": False, "values": [30.25, None], "perClass": {}},
)


def write_pictures(folder: pathlib.Path, columns: int, name: str) -> list[tuple[str, str]]:
    """A PNG of one colour for each column."""
    paths = []
    for column in range(columns):
        path = f"pictures/{column}/{name}.png"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), tuple(PALETTE[column].tolist())).save(folder / path)
        paths.append((path, path))
    return paths


def write_small_page(folder: pathlib.Path, **values) -> None:
    """The four examples above; keywords replace fields of the Page."""
    columns = ["Layout", "Photograph", "A", "B"]
    examples = [
        PageExample(name, write_pictures(folder, len(columns), name), shares)
        for name, shares in zip(NAMES, SHARES, strict=True)
    ]
    defaults: dict[str, Any] = {
        "metrics": METRICS,
        "methods": ("A", "B"),
        "columns": columns,
        "aspect": 1.0,
    }
    defaults |= {"title": "Tests & <more>", "class_names": CLASSES, "palette": PALETTE}
    write_page(Page(**({"examples": examples} | defaults | values)), folder)


def write_long_page(folder: pathlib.Path, count: int) -> None:
    """Many examples with two pictures each."""
    examples = [
        PageExample(f"example_{i}", write_pictures(folder, 2, f"example_{i}"), SHARES[i % 4])
        for i in range(count)
    ]
    columns = ["Layout", "Photograph"]
    write_small_page(folder, examples=examples, columns=columns, metrics=(), methods=())


def data_of(folder: pathlib.Path) -> dict:
    """What the viewer of a page reads."""
    text = (folder / "viewer" / "data.js").read_text(encoding="utf-8")
    return json.loads(text.partition("const DATA = ")[2].rstrip(";\n"))
