"""When something happens in a run: lines of losses, samples, checkpoints, evaluations, the end."""

import math

from spade_tf.config import Config


class Events:
    """What is due after how many steps.

    Args:
      config: of the run, its batch size decided.
      images_per_epoch: size of the training set.
      evaluates: whether there is anything that scores checkpoints.
      profiled: steps, counted from 1, each of which is called alone.
    """

    def __init__(
        self,
        config: Config,
        images_per_epoch: int,
        evaluates: bool = False,
        profiled: range = range(0),
    ):
        self.train = config.train
        self.profiled = profiled
        self.total_steps = total_steps_of(config, images_per_epoch)
        self.evaluation_every = evaluation_steps(config, images_per_epoch) if evaluates else 0

    def steps_until_next(self, step: int) -> int:
        """Steps that one compiled call may take without passing an event."""
        train = self.train
        if step + 1 in self.profiled:
            return 1
        events = (
            train.log_every_steps,
            train.gradient_norms_every_steps,
            train.sample_every_steps,
            train.save_every_steps,
            self.evaluation_every,
        )
        left = [every - step % every for every in events if every]
        left += [self.profiled[0] - 1 - step] if step + 1 < self.profiled.start else []
        return min(train.steps_per_execution, self.total_steps - step, *left)

    def logs(self, step: int) -> bool:
        """Whether a line of losses is due after this many steps."""
        return self._is_due(self.train.log_every_steps, step)

    def measures(self, step: int) -> bool:
        """Whether gradient norms are due."""
        every = self.train.gradient_norms_every_steps
        return bool(every) and step % every == 0

    def samples(self, step: int) -> bool:
        """Whether an image grid is due."""
        return self._is_due(self.train.sample_every_steps, step)

    def saves(self, step: int) -> bool:
        """Whether a checkpoint is due; whatever is evaluated is saved."""
        return step % self.train.save_every_steps == 0 or self.evaluates(step)

    def evaluates(self, step: int) -> bool:
        """Whether an evaluation is due."""
        return bool(self.evaluation_every) and self._is_due(self.evaluation_every, step)

    def _is_due(self, every: int, step: int) -> bool:
        return step % every == 0 or step == self.total_steps


def total_steps_of(config: Config, images_per_epoch: int) -> int:
    """Iterations of the whole run: `train.steps`, or what `train.epochs` come to."""
    if config.train.steps:
        return config.train.steps
    images_per_step = config.train.batch_size * config.train.discriminator_steps
    return math.ceil(config.train.epochs * images_per_epoch / images_per_step)


def evaluation_steps(config: Config, images_per_epoch: int) -> int:
    """Steps between two evaluations; 0 without."""
    images_per_step = config.train.batch_size * config.train.discriminator_steps
    return math.ceil(config.evaluation.every_epochs * images_per_epoch / images_per_step)
