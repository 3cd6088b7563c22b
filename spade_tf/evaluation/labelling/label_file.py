"""Label maps that carry what was measured when they were made, so that a run can be resumed.

A grey 8-bit PNG like any other, with one text chunk: the segmenter's name and the statistics of
`Measured` as JSON. Label map and statistics can so never be of two different runs.
"""

import dataclasses
import json
import pathlib
from collections.abc import Sequence

import numpy as np
from PIL import Image, PngImagePlugin

from spade_tf.evaluation.pages.page import shares
from spade_tf.files import beside

CHUNK = "segmentation"
BINS = 100


@dataclasses.dataclass(frozen=True)
class Measured:
    """What a segmenter left besides the label map.

    Attributes:
      segmenter: its name.
      width, height: of the label map in pixels.
      shares: share of the pixels, 0..1, by label.
      mean_confidence: mean over the pixels of the largest probability; None if it is not known.
      confidence_bins: pixels by their largest probability in hundredths, 0 to 100; empty if it is
        not known.
    """

    segmenter: str
    width: int
    height: int
    shares: dict[int, float]
    mean_confidence: float | None
    confidence_bins: Sequence[int]

    def uncertain_share(self, min_confidence: float) -> float | None:
        """Share of the pixels whose largest probability is below, by hundredths; None: unknown."""
        if not self.confidence_bins:
            return None
        below = round(min_confidence * BINS)
        return sum(self.confidence_bins[:below]) / sum(self.confidence_bins)


def measure(
    label_map: np.ndarray, confidence: np.ndarray | None, segmenter: str, num_labels: int
) -> Measured:
    """The statistics of one label map [height, width] and its largest probabilities, or None."""
    mean, bins = None, []
    if confidence is not None:
        mean = float(confidence.mean(dtype=np.float64))
        hundredths = (confidence * BINS).astype(int)
        bins = np.bincount(hundredths.ravel(), minlength=BINS + 1).tolist()
    height, width = label_map.shape
    return Measured(segmenter, width, height, shares(label_map, num_labels), mean, bins)


def write_label_file(path: pathlib.Path, label_map: np.ndarray, measured: Measured) -> None:
    """Writes a label map with its statistics, whole or not at all."""
    chunk = PngImagePlugin.PngInfo()
    chunk.add_text(CHUNK, json.dumps(dataclasses.asdict(measured)))
    with beside(path) as partial:
        Image.fromarray(label_map.astype(np.uint8)).save(partial, format="png", pnginfo=chunk)


def read_measured(path: pathlib.Path) -> Measured | None:
    """The statistics of a label map; None for a file that is none of ours."""
    try:
        with Image.open(path) as file:
            values = json.loads(file.info[CHUNK])  # before the pixels, which stay unread
        values["shares"] = {int(label): share for label, share in values["shares"].items()}
        return Measured(**values)
    except (OSError, SyntaxError, KeyError, TypeError, ValueError):
        return None
