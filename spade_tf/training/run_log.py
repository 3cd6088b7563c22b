"""What a run tells of itself: files of its workdir, TensorBoard, the progress bar."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from spade_tf.training.loss_log import LossLog, draw_loss_curves
from spade_tf.training.progress import Progress
from spade_tf.training.workdir import Workdir


class RunLog:
    """Takes what happens and writes it wherever it is looked for. To be used in a `with`.

    Args:
      workdir: where this worker writes.
      step: steps of earlier starts; what the files tell of later ones is dropped.
      total_steps: steps of the whole run.
      images_per_step: over all devices.
      quiet: show no progress, as all workers but one do.
    """

    def __init__(
        self, workdir: Workdir, step: int, total_steps: int, images_per_step: int, quiet: bool
    ):
        self.workdir = workdir
        self.images_per_step = images_per_step
        self.losses = LossLog(workdir.losses)
        self.losses.forget_after(step)
        self.tensorboard = tf.summary.create_file_writer(str(workdir.tensorboard))
        self.progress = Progress(step * images_per_step, total_steps * images_per_step, quiet)

    def add(self, terms: Mapping[str, np.ndarray], steps: int) -> None:
        """Takes each term's values of some steps."""
        self.progress.advance(steps * self.images_per_step)
        self.losses.add(terms)

    def write(self, step: int, images_seen: int) -> None:
        """A line of what was added since the last one."""
        losses = self.losses.write(step, images_seen)
        self.progress.show(losses)
        self._scalars("losses", losses, step)

    def picture(self, grid: np.ndarray, step: int) -> None:
        """A grid of samples, uint8 `[height, width, 3]`."""
        with self.tensorboard.as_default():
            tf.summary.image("layout | photograph | synthesised", grid[np.newaxis], step)

    def scores(self, values: Mapping[str, float], step: int) -> None:
        """The metrics of a checkpoint."""
        self._scalars("evaluation", values, step)
        self.say(f"step {step}: {', '.join(f'{k} {v:.4g}' for k, v in values.items())}")

    def say(self, text: str) -> None:
        """Prints a line without breaking the progress bar."""
        self.progress.say(text)

    def draw(self) -> None:
        """Draws what the whole run has written so far."""
        draw_loss_curves(self.workdir.losses, self.workdir.loss_curves)

    def _scalars(self, group: str, values: Mapping[str, float], step: int) -> None:
        with self.tensorboard.as_default():
            for name, value in values.items():
                tf.summary.scalar(f"{group}/{name}", value, step)

    def __enter__(self) -> "RunLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.__exit__()
        self.tensorboard.close()
