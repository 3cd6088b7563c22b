"""From file ids to labels: the table, the names and the colours of an experiment."""

from collections.abc import Sequence

import numpy as np

from spade_tf.config import Config, DataConfig
from spade_tf.data.colors import distinct_colors, read_palette
from spade_tf.data.datasets import dataset_module

NOT_A_LABEL = -1

FILE_IDS = 256
"""Ids that an 8-bit file can hold."""

DONT_CARE_FILE_ID = 255


def label_table(data: DataConfig) -> np.ndarray:
    """The label of each file id, [256] int32; with a palette file, of each of its lines.

    File id f is label f - first_file_id. Smaller ids and 255 are the don't-care label, the last
    one, where the data set has one. What remains is NOT_A_LABEL.
    """
    ids = np.arange(len(read_palette(data.palette)[0]) if data.palette else FILE_IDS)
    says_nothing = ids < data.first_file_id
    if not data.palette:
        says_nothing |= ids == DONT_CARE_FILE_ID
    labels = ids - data.first_file_id
    labels[(labels < 0) | (labels >= data.num_labels)] = NOT_A_LABEL
    if data.has_dont_care:
        labels[says_nothing] = data.num_labels - 1
    return labels.astype(np.int32)


def dont_care_label(data: DataConfig) -> int | None:
    """The label that means 'nobody said what this is', or None."""
    return data.num_labels - 1 if data.has_dont_care else None


def label_names(config: Config) -> list[str]:
    """`num_labels` names: of the palette file or the data set, `label N` beyond them."""
    data = config.data
    if data.palette:
        known = read_palette(data.palette)[0][data.first_file_id :]
    else:
        known = _from_first_id(data, dataset_module(data.dataset).LABEL_NAMES)
    names = known[: data.num_labels]
    names += [f"label {i}" for i in range(len(names), data.num_labels)]
    if data.has_dont_care and data.num_labels > len(known):
        names[-1] = "don't care"
    return names


def palette(config: Config) -> np.ndarray:
    """Colours of the labels, [num_labels, 3] uint8, from the palette file or the data set."""
    data = config.data
    if data.palette:
        known = read_palette(data.palette)[1][data.first_file_id :]
    else:
        known = _from_first_id(data, dataset_module(data.dataset).PALETTE)
    own = distinct_colors(data.num_labels, dont_care=data.has_dont_care)
    return np.array((known + list(own[len(known) :]))[: data.num_labels], np.uint8)


def _from_first_id(data: DataConfig, known: Sequence) -> list:
    """A data set's names or colours, moved if the config begins at another id than the data set.

    ADE20K's begin at file id 1 and end with that of 0 (unknown); begun at 0, unknown comes first.
    """
    first = getattr(dataset_module(data.dataset), "FIRST_FILE_ID", data.first_file_id)
    shift = first - data.first_file_id
    return [known[(i - shift) % len(known)] for i in range(len(known))]
