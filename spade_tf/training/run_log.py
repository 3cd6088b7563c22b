"""What a run tells of itself: files of its workdir, TensorBoard, the progress bar."""

import contextlib
from collections.abc import Mapping

import numpy as np
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.training.curves import draw_curves
from spade_tf.training.history import History
from spade_tf.training.json_lines import append_line, forget_after
from spade_tf.training.loss_log import LossLog
from spade_tf.training.progress import Progress
from spade_tf.training.speed_log import SpeedLog
from spade_tf.training.stopwatch import Timing
from spade_tf.training.workdir import Workdir


class RunLog:
    """Takes what happens and writes it wherever it is looked for. To be used in a `with`.

    Args:
      config: of the run, its batch size decided.
      workdir: where this worker writes.
      step: steps of earlier starts; what the files tell of later ones is dropped.
      total_steps: steps of the whole run.
      quiet: show no progress, as all workers but one do.
    """

    def __init__(self, config: Config, workdir: Workdir, step: int, total_steps: int, quiet: bool):
        self.config = config
        self.workdir = workdir
        self.step = step
        self.total_steps = total_steps
        self.images_per_step = config.train.batch_size * config.train.discriminator_steps
        self.losses = LossLog(workdir.losses)
        self.speed = SpeedLog(workdir.speed)
        for file in (workdir.losses, workdir.speed, workdir.gradient_norms):
            forget_after(file, step)
        self.history = History(workdir.history)
        self.tensorboard = tf.summary.create_file_writer(str(workdir.tensorboard))
        images = step * self.images_per_step, total_steps * self.images_per_step
        self.progress = Progress(*images, quiet)
        self._end = ""

    def add(self, terms: Mapping[str, np.ndarray], timing: Timing) -> None:
        """Takes each term's values of some steps, and how long these took."""
        steps = len(next(iter(terms.values())))
        self.step += steps
        self.progress.advance(steps * self.images_per_step)
        self.losses.add(terms)
        self.speed.add(timing, steps * self.images_per_step)

    def write(self, images_seen: int) -> None:
        """A line of losses and one of speed about what was added since the last ones."""
        losses = self.losses.write(self.step, images_seen)
        self._scalars("losses", losses)
        speed = self.speed.write(self.step, images_seen)
        self.progress.show(losses, speed["input_wait"], max(speed["peak_memory"].values()))
        self._scalars("speed", {name: speed[name] for name in ("images_per_second", "input_wait")})
        gigabytes = {name: peak / 2**30 for name, peak in speed["peak_memory"].items()}
        self._scalars("peak_memory_gib", gigabytes)
        advice = self.speed.advice(speed, self.config.data.cache)
        if advice:
            self.say(f"step {self.step}: {advice}")

    def gradient_norms(self, norms: Mapping[str, float], images_seen: int) -> None:
        """The gradient norm of each term; what is not finite becomes null."""
        values = {name: norm if np.isfinite(norm) else None for name, norm in norms.items()}
        line = {"step": self.step, "images": images_seen, **values}
        append_line(self.workdir.gradient_norms, line)
        self._scalars("gradient_norms", norms)

    def picture(self, grid: np.ndarray) -> None:
        """A grid of samples, uint8 `[height, width, 3]`."""
        with self.tensorboard.as_default():
            tf.summary.image("layout | photograph | synthesised", grid[np.newaxis], self.step)

    def scores(self, values: Mapping[str, float]) -> None:
        """The metrics of a checkpoint."""
        self._scalars("evaluation", values)
        self.say(f"step {self.step}: {', '.join(f'{k} {v:.4g}' for k, v in values.items())}")

    def say(self, text: str) -> None:
        """Prints a line without breaking the progress bar."""
        self.progress.say(text)

    def end(self, saved: str, stopped_by: str | None) -> None:
        """The last words: all is done, or who wanted the run to stop before."""
        draw_curves(self.workdir.losses, self.workdir.loss_curves)
        draw_curves(self.workdir.gradient_norms, self.workdir.gradient_norm_curves, scale="log")
        if self.step < self.total_steps:
            self._end = stopped_by or "another worker was told to stop"
            self.say(f"{self._end}: saved {saved}; run the same command to continue")
        else:
            self._end = "all steps are taken"
            self.say(f"done after {self.step} steps: {saved}, {self.workdir.loss_curves}")

    def _scalars(self, group: str, values: Mapping[str, float | None]) -> None:
        with self.tensorboard.as_default():
            for name, value in values.items():
                if value is not None:
                    tf.summary.scalar(f"{group}/{name}", value, self.step)

    def __enter__(self) -> "RunLog":
        self.history.start(self.step, self.total_steps)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, _: object) -> None:
        self.progress.__exit__()
        self.tensorboard.close()
        if error:
            with contextlib.suppress(OSError):  # the disk may be what failed
                text = (str(error).strip() or type(error).__name__).splitlines()[0]
                self.history.end("failed", self.step, text[:500])
        elif self._end:
            event = "stopped" if self.step < self.total_steps else "done"
            self.history.end(event, self.step, self._end)
