"""What one looks at after labelling: report.json, and a page on which to mark photographs."""

import json
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from spade_tf.data.colors import distinct_colors
from spade_tf.evaluation.labelling.label_file import Measured
from spade_tf.evaluation.labelling.photo_folders import PhotoFolders
from spade_tf.evaluation.labelling.suspicion import remarks
from spade_tf.evaluation.pages.page import Page, PageExample, withdraw_page, write_page
from spade_tf.files import write_beside

ASPECT = 4 / 3
FOLDER = "review"


def layout_path(name: str) -> str:
    """Place of a label map in colours, below the page's folder."""
    return f"layouts/{name}.png"


def layout_colors(num_labels: int) -> np.ndarray:
    """Colours of the labels, as those of the COCO data set. uint8 [num_labels, 3]."""
    return np.array(distinct_colors(num_labels), np.uint8)


def photo_report(
    measured: Measured, split: str, class_names: Sequence[str], min_confidence: float
) -> dict[str, Any]:
    """What report.json says of one photograph."""
    return {
        "split": split,
        "width": measured.width,
        "height": measured.height,
        "shares": {class_names[i]: round(share, 4) for i, share in measured.shares.items()},
        "mean_confidence": _rounded(measured.mean_confidence),
        "uncertain_share": _rounded(measured.uncertain_share(min_confidence)),
        "suspicious": remarks(measured, class_names, min_confidence),
    }


def write_report(
    root: pathlib.Path,
    segmenter: str,
    min_confidence: float,
    photos: Mapping[str, Mapping[str, Any]],
    unreadable: Mapping[str, str],
) -> None:
    """Writes report.json: one object by photograph's name, and why some could not be read."""
    report = {
        "segmenter": segmenter,
        "min_confidence": min_confidence,
        "num_photos": len(photos),
        "num_suspicious": sum(bool(photo["suspicious"]) for photo in photos.values()),
        "unreadable": dict(unreadable),
        "photos": dict(photos),
    }
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False)
    write_beside(root / "report.json", f"{text}\n")


def write_review_page(
    folders: PhotoFolders,
    labelled: Mapping[str, tuple[str, Measured]],
    class_names: Sequence[str],
    min_confidence: float,
    rejected: Sequence[str],
) -> None:
    """Writes review/index.html: photograph, labels, legend, and boxes to leave some out.

    Args:
      folders: of the data set.
      labelled: split and statistics by name.
      class_names: of the segmenter.
      min_confidence: see `remarks`.
      rejected: names that are marked from the start.
    """
    examples = []
    for name, (split, measured) in labelled.items():
        image = folders.image(split, name).relative_to(folders.root).as_posix()
        layout = layout_path(name)
        examples.append(
            PageExample(
                name,
                [(f"../{image}", f"../{image}"), (layout, layout)],
                measured.shares,
                measured.mean_confidence,
                remarks(measured, class_names, min_confidence),
            )
        )
    page = Page(
        title="Labelled photographs",
        class_names=class_names,
        palette=layout_colors(len(class_names)),
        columns=["Photograph", "Labels"],
        examples=examples,
        aspect=ASPECT,
        marked=rejected,
    )
    withdraw_page(folders.root / FOLDER)
    write_page(page, folders.root / FOLDER)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
