"""Evaluation of a run's checkpoints: a line each, a curve, and the best one kept.

In line, training calls it every few epochs (`evaluation.every_epochs`), as CLADE's authors do. In
the background, `spade_tf.evaluate --follow` calls it in a process of its own.
"""

import os
import pathlib
import shutil
import time
from typing import Any

import tensorflow as tf

from spade_tf.config import Config
from spade_tf.evaluation import results
from spade_tf.evaluation.evaluator import Evaluator
from spade_tf.evaluation.image_sources import workdir as workdir_source
from spade_tf.evaluation.metrics import find_metrics
from spade_tf.evaluation.pictures import draw_metric_curves
from spade_tf.training.workdir import Workdir

POLL_SECONDS = 10.0


def make_evaluator(config: Config) -> Evaluator:
    """The evaluator that the config's `evaluation` section asks for.

    Raises:
      UserError: an unknown metric, or weights that are missing.
    """
    section = config.evaluation
    return Evaluator(
        config,
        find_metrics(section.metrics.split(",")),
        segmenter=pathlib.Path(section.segmenter) if section.segmenter else None,
        limit=section.num_images,
    )


class PeriodicEvaluation:
    """Scores a workdir's newest checkpoint and keeps the best by the first metric.

    Writes in the workdir: `evaluation.jsonl`, `evaluation.png`, pictures of the newest scores of
    the classes, and `best/`, itself a workdir.

    Args:
      evaluator: with the metrics.
      workdir: of the run.
    """

    def __init__(self, evaluator: Evaluator, workdir: Workdir):
        self._evaluator, self._workdir = evaluator, workdir
        self._lines = results.read_lines(workdir.evaluation) if workdir.evaluation.exists() else []

    def is_done(self, step: int) -> bool:
        """Whether the checkpoint of a step is scored already, with these metrics."""
        wanted = {metric.name for metric in self._evaluator.metrics}
        return wanted <= {line["metric"] for line in self._lines if line["step"] == step}

    def run(self) -> dict[str, float]:
        """Scores the newest checkpoint; returns the values by the metrics' names."""
        workdir, evaluator = self._workdir, self._evaluator
        step = workdir.latest_step()
        source = workdir_source(workdir.path, evaluator.config)
        values = evaluator.evaluate(source, workdir.path / ".evaluation")
        lines: list[dict[str, Any]] = [
            {**results.describe(value, source, evaluator), "step": step} for value in values
        ]
        self._lines = [line for line in self._lines if line["step"] != step] + lines
        self._lines.sort(key=lambda line: line["step"])
        results.write_lines(workdir.evaluation, self._lines)
        draw_metric_curves(self._lines, workdir.evaluation_curves)
        if evaluator.confusion and evaluator.segmentation:
            results.draw(workdir.evaluation, evaluator.confusion, evaluator.segmentation)
        if self.best_step() == step:
            keep(workdir, step)
        return {line["metric"]: line["value"] for line in lines}

    def best_step(self) -> int | None:
        """The step with the best value of the first metric; of equal ones the first."""
        first = self._evaluator.metrics[0]
        scored = [x for x in self._lines if x["metric"] == first.name and x["value"] is not None]
        if not scored:
            return None
        sign = -1 if first.higher_is_better else 1
        return min(scored, key=lambda line: (sign * line["value"], line["step"]))["step"]

    def follow(self, total_steps: int) -> None:
        """Scores each new checkpoint until the one of the last step; others wait for no one."""
        while True:
            step = self._workdir.latest_step()
            if step and not self.is_done(step):
                values = self.run()
                text = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
                print(f"step {step}: {text}; best so far: step {self.best_step()}", flush=True)
            elif step >= total_steps:
                return
            else:
                time.sleep(POLL_SECONDS)


def keep(workdir: Workdir, step: int) -> None:
    """Makes `best/` a workdir with a step's checkpoint, whose files are linked where possible."""
    best, former = workdir.best, workdir.best.with_name(".best.former")
    partial = workdir.best.with_name(".best.partial")
    shutil.rmtree(partial, ignore_errors=True)
    folder = partial / "checkpoints"
    folder.mkdir(parents=True)
    for file in workdir.checkpoints.glob(f"step-{step}.*"):
        try:
            os.link(file, folder / file.name)
        except OSError:  # another file system, or one without links
            shutil.copyfile(file, folder / file.name)
    tf.compat.v1.train.update_checkpoint_state(str(folder), f"step-{step}")
    shutil.copyfile(workdir.config, partial / workdir.config.name)
    shutil.rmtree(former, ignore_errors=True)
    if best.exists():
        os.replace(best, former)
    os.replace(partial, best)
    shutil.rmtree(former, ignore_errors=True)
