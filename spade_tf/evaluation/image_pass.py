"""One look at all images of a source: shown as it goes, saved now and then, gone on with."""

import json
import pathlib
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from tqdm import tqdm

from spade_tf.errors import UserError
from spade_tf.evaluation.examples import Examples
from spade_tf.evaluation.image_sources import ImageSource
from spade_tf.evaluation.scorers import Scorer
from spade_tf.files import folder_beside, write_beside
from spade_tf.training.interruption import Interruption

SAVE_SECONDS = 60.0


class SavedPass:
    """What is gathered so far, in a folder: each save is a folder of its own, named once whole.

    Args:
      folder: to save in; removed by `clear`.
      subject: what is looked at with what; a save of another subject is dropped.
    """

    def __init__(self, folder: pathlib.Path, subject: Mapping[str, Any]):
        self.folder = folder
        self._subject = json.dumps(subject, sort_keys=True)

    def load(self, scorers: Sequence[Scorer]) -> int:
        """Images that the newest save of this subject holds; fills the scorers from it."""
        subject = self.folder / "subject.json"
        if not subject.is_file() or subject.read_text(encoding="utf-8") != self._subject:
            self.clear()
            return 0
        saves = sorted(int(path.name) for path in self.folder.glob("[0-9]*") if path.is_dir())
        if not saves:
            return 0
        for scorer in scorers:
            scorer.load(self.folder / str(saves[-1]))
        return saves[-1]

    def save(self, scorers: Sequence[Scorer], images: int) -> None:
        """Saves that `images` are done and drops earlier saves."""
        write_beside(self.folder / "subject.json", self._subject)
        before = [path for path in self.folder.glob("[0-9]*") if path.name != str(images)]
        if not (self.folder / str(images)).exists():
            with folder_beside(self.folder / str(images)) as partial:
                for scorer in scorers:
                    scorer.save(partial)
        for path in before:
            shutil.rmtree(path)

    def clear(self) -> None:
        """Removes the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def look_at_all(
    examples: Examples,
    source: ImageSource,
    scorers: Sequence[Scorer],
    saved: SavedPass,
    *,
    seed: int = 0,
    batch_size: int = 4,
    title: str = "evaluating",
) -> None:
    """Gives every image of the source to every scorer.

    Memory does not grow with the images, but for features that a scorer keeps. SIGTERM and Ctrl-C
    save what is done first.

    Raises:
      UserError: interrupted; says how to go on.
    """
    done = saved.load(scorers)
    if done:
        print(f"{title}: {done} of {examples.count} images are done already", file=sys.stderr)
    last_save = time.monotonic()
    bar = tqdm(
        total=examples.count,
        initial=done,
        unit="img",
        desc=title,
        dynamic_ncols=True,
        mininterval=0.5 if sys.stderr.isatty() else 15.0,
    )
    with bar, Interruption() as interruption:
        for batch in examples.batches(batch_size, done):
            images = source.images(batch, seed)
            for scorer in scorers:
                scorer.update(batch, images)
            done += len(batch.numbers)
            bar.update(len(batch.numbers))
            if interruption.requested or time.monotonic() - last_save > SAVE_SECONDS:
                saved.save(scorers, done)
                last_save = time.monotonic()
            if interruption.requested and done < examples.count:
                raise UserError(
                    f"{interruption.requested} after {done} of {examples.count} images; run "
                    "the same command to go on"
                )
