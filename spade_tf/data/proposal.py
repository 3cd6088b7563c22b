"""Config values that would fit the files a full check found."""

import dataclasses

from spade_tf.config import Config
from spade_tf.data import files, transforms
from spade_tf.data.check import SplitReport
from spade_tf.data.labels import DONT_CARE_FILE_ID, NOT_A_LABEL, label_table


def propose(config: Config, reports: list[SplitReport]) -> dict[str, str]:
    """Dotted config keys with the values that fit the files, for those that describe them.

    Values of the config that fit already are kept, but for `custom`: there the labels are counted.
    """
    data = config.data
    ids = {file_id for report in reports for file_id in report.pixels}
    if not ids:
        return {}
    values = {
        "data.num_labels": data.num_labels,
        "data.has_dont_care": data.has_dont_care,
        "data.first_file_id": data.first_file_id,
    }
    table = label_table(data)
    if data.dataset == "custom" or any(table[i] == NOT_A_LABEL for i in ids):
        values = _labels_of(ids, data.first_file_id, data.has_dont_care, bool(data.palette))
    with_files = [report for report in reports if report.files]
    if data.dataset != "landscapes":
        values["data.has_instances"] = all(report.has_instances for report in with_files)
        values["data.load_size"] = _load_size(config, with_files)
    return {key: str(value).lower() for key, value in values.items()}


def _labels_of(
    ids: set[int], first_file_id: int, has_dont_care: bool, has_palette: bool
) -> dict[str, int | bool]:
    """Labels that hold all ids: 255 becomes don't-care, the others keep their order."""
    unknown = not has_palette and DONT_CARE_FILE_ID in ids
    named = ids - {DONT_CARE_FILE_ID} if unknown else ids
    dont_care = unknown or (has_dont_care and min(named, default=0) < first_file_id)
    first = first_file_id if dont_care else min(first_file_id, min(named, default=0))
    count = max(named, default=first) - first + 1
    return {
        "data.num_labels": count + dont_care,
        "data.has_dont_care": dont_care,
        "data.first_file_id": first,
    }


def _load_size(config: Config, reports: list[SplitReport]) -> int:
    """The config's load_size if all files reach the crop with it, else the smallest that does."""
    data = config.data
    sizes = {size for report in reports if report.split == "train" for size in report.sizes}
    shorter = min(data.height, data.width)
    for load_size in (data.load_size, *range(shorter, 8 * shorter)):
        cut = files.cut_of(dataclasses.replace(data, load_size=load_size), True)
        scaled = [transforms.scaled_size(rows, columns, cut) for columns, rows in sizes]
        if all(transforms.can_crop(rows, columns, cut) for rows, columns in scaled):
            return load_size
    return data.load_size
