"""The whole run: read, label, write, report; what is finished already is not done again."""

import dataclasses
import pathlib
from collections.abc import Collection, Sequence

import numpy as np
from tqdm import tqdm

from spade_tf.data.listing import IMAGE_SUFFIXES, list_files
from spade_tf.errors import UserError
from spade_tf.evaluation.labelling import review
from spade_tf.evaluation.labelling.label_file import (
    Measured,
    measure,
    read_measured,
    write_label_file,
)
from spade_tf.evaluation.labelling.photo_folders import (
    SPLITS,
    PhotoFolders,
    assign_splits,
    read_rejected,
)
from spade_tf.evaluation.labelling.photo_segmenter import PhotoSegmenter
from spade_tf.evaluation.labelling.photographs import (
    Photograph,
    read_ahead,
    read_photograph,
    same_size,
    save_photograph,
)
from spade_tf.evaluation.pages.page_pictures import save_layout
from spade_tf.files import write_beside


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run left.

    Attributes:
      labelled: split and statistics of each photograph, in natural order.
      unreadable: why a photograph could not be read, by name.
      suspicious: photographs that are not left out already and worth a look.
    """

    labelled: dict[str, tuple[str, Measured]]
    unreadable: dict[str, str]
    suspicious: list[str]

    def count(self, split: str) -> int:
        """Photographs of a split."""
        return sum(own == split for own, _ in self.labelled.values())


def label_photos(
    photos: pathlib.Path,
    output: pathlib.Path,
    segmenter: PhotoSegmenter,
    *,
    reject: pathlib.Path | None = None,
    batch_size: int = 4,
    min_confidence: float = 0.5,
    shorter_side: int = 512,
) -> Outcome:
    """Makes a data set of photographs: label maps, photographs, report.json, review/index.html.

    Args:
      photos: folder of photographs, searched with its sub-folders.
      output: root of the data set, as the segmenter's config reads it.
      segmenter: labels them.
      reject: names to leave out, kept as OUTPUT/rejected.txt, which is read where this is None.
      batch_size: photographs of one size labelled at once.
      min_confidence: pixels whose largest probability is below count as uncertain.
      shorter_side: larger photographs are scaled down to it; 0 leaves all as they are.

    Raises:
      UserError: no photographs, output among the photographs, or label maps of another segmenter.
    """
    if photos.resolve() in (output.resolve(), *output.resolve().parents):
        raise UserError(
            f"--output={output} lies in --photos={photos}, and would be labelled the next time; "
            "give a folder outside"
        )
    paths = list_files(photos, IMAGE_SUFFIXES, "photographs")
    rejected = _rejected(reject, output, paths)
    splits = assign_splits(paths, set(rejected))
    folders = PhotoFolders(output)
    labelled, todo = {}, []
    for name, split in splits.items():
        folders.settle(name, split)
        measured = _finished(folders, split, name, segmenter)
        if measured:
            labelled[name] = (split, measured)
        elif split != "rejected":
            todo.append(name)
    unreadable: dict[str, str] = {}

    def read(name: str) -> Photograph | None:
        try:
            return read_photograph(name, paths[name], shorter_side)
        except UserError as error:
            unreadable[name] = str(error)
            return None

    with tqdm(
        desc="labelling", total=len(labelled) + len(todo), initial=len(labelled), unit="photo"
    ) as progress:
        readable = (photograph for photograph in read_ahead(read, todo) if photograph)
        for batch in same_size(readable, batch_size):
            for name, measured in zip(
                [photograph.name for photograph in batch],
                _label(batch, folders, splits, segmenter),
                strict=True,
            ):
                labelled[name] = (splits[name], measured)
            progress.update(len(batch))
    labelled = {name: labelled[name] for name in paths if name in labelled}
    return _report(folders, segmenter, labelled, unreadable, rejected, min_confidence)


def _rejected(
    reject: pathlib.Path | None, output: pathlib.Path, names: Collection[str]
) -> list[str]:
    """The names to leave out, now and in later runs."""
    kept = output / "rejected.txt"
    if reject is None and not kept.exists():
        return []
    rejected = read_rejected(reject or kept, names)
    if reject:
        write_beside(kept, "".join(f"{name}\n" for name in rejected))
    return rejected


def _finished(
    folders: PhotoFolders, split: str, name: str, segmenter: PhotoSegmenter
) -> Measured | None:
    """The statistics of a label map that is there already."""
    path = folders.label(split, name)
    measured = read_measured(path) if path.exists() else None
    if measured and measured.segmenter != segmenter.name:
        raise UserError(
            f"{path} was labelled by {measured.segmenter}, not by {segmenter.name}; "
            "give another folder as --output, or remove the old label maps"
        )
    return measured


def _label(
    batch: Sequence[Photograph],
    folders: PhotoFolders,
    splits: dict[str, str],
    segmenter: PhotoSegmenter,
) -> list[Measured]:
    """Labels photographs of one size and writes all that belongs to them, the label maps last."""
    label_maps, confidences = segmenter.label(np.stack([p.image for p in batch]))
    num_labels = len(segmenter.class_names)
    colors = review.layout_colors(num_labels)
    results = []
    for i, photograph in enumerate(batch):
        name, split = photograph.name, splits[photograph.name]
        confidence = None if confidences is None else confidences[i]
        measured = measure(label_maps[i], confidence, segmenter.name, num_labels)
        save_photograph(photograph, folders.image(split, name))
        layout = folders.root / review.FOLDER / review.layout_path(name)
        save_layout(label_maps[i], colors, layout)
        write_label_file(folders.label(split, name), label_maps[i], measured)
        results.append(measured)
    return results


def _report(
    folders: PhotoFolders,
    segmenter: PhotoSegmenter,
    labelled: dict[str, tuple[str, Measured]],
    unreadable: dict[str, str],
    rejected: list[str],
    min_confidence: float,
) -> Outcome:
    if not labelled:
        reason = next(iter(unreadable.values()), "all are left out by rejected.txt")
        raise UserError(f"none of the photographs could be labelled: {reason}")
    names = segmenter.class_names
    photos = {
        name: review.photo_report(measured, split, names, min_confidence)
        for name, (split, measured) in labelled.items()
    }
    review.write_report(folders.root, segmenter.name, min_confidence, photos, unreadable)
    review.write_review_page(folders, labelled, names, min_confidence, rejected)
    suspicious = [
        name for name, p in photos.items() if p["suspicious"] and p["split"] != SPLITS[-1]
    ]
    return Outcome(labelled, unreadable, suspicious)
