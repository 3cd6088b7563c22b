"""The training loop: from a config and a workdir to a trained generator.

All of it runs eagerly, once per process; only `Trainer`'s steps are compiled.
"""

import contextlib
import dataclasses
import functools
import zlib
from collections.abc import Callable, Iterator
from typing import Protocol

import numpy as np
import tensorflow as tf

from spade_tf.config import Config, to_json
from spade_tf.data.bad_examples import BadExamples
from spade_tf.data.check import quick_check
from spade_tf.data.failures import explain_failure
from spade_tf.data.pipeline import make_dataset, num_examples
from spade_tf.errors import UserError
from spade_tf.files import check_folder
from spade_tf.sims.own_bank import with_bank
from spade_tf.training.checkpoints import Checkpoints, SaveError
from spade_tf.training.events import Events
from spade_tf.training.feature_clusters import FeatureClusterer
from spade_tf.training.gradient_norms import GradientNorms
from spade_tf.training.initial_weights import load_initial_weights
from spade_tf.training.interruption import Interruption
from spade_tf.training.memory_check import check_memory
from spade_tf.training.profiling import Profiler
from spade_tf.training.run_log import RunLog
from spade_tf.training.samples import Samples
from spade_tf.training.strategy import make_strategy
from spade_tf.training.trainer import Trainer, global_batch_size
from spade_tf.training.workdir import Workdir
from spade_tf.training.worker import Workers


class Evaluation(Protocol):
    """What scores checkpoints while training runs; see `spade_tf.evaluation.periodic`."""

    def is_done(self, step: int) -> bool:
        """Whether the checkpoint of a step is scored already."""

    def run(self) -> dict[str, float]:
        """Scores the newest checkpoint; returns the values by name."""


def train(
    config: Config,
    path: str,
    evaluation: Callable[[Workdir], Evaluation] | None = None,
    profiled: range = range(0),
) -> None:
    """Trains in the workdir `path`, or continues exactly where its newest checkpoint stopped.

    Args:
      config: the experiment.
      path: of the workdir.
      evaluation: makes what scores a checkpoint every `evaluation.every_epochs` and at the end.
      profiled: steps, counted from 1, of which TensorBoard gets a profile.

    Raises:
      UserError: bad data, a workdir of another model, a loss that is no longer finite, or a worker
        that is gone.
    """
    workdir = Workdir(path)
    check_folder(workdir.path, "--workdir")
    # Before anything else uses TensorFlow's devices: see make_strategy.
    workers = Workers(make_strategy(config.train.strategy))
    with workers.explained_loss(workdir), workers.own_workdir(workdir) as own:
        workers.check_agreement(
            "their config or command line",
            zlib.crc32(f"{to_json(config)} {profiled}".encode()),
            "start all with the same command",
        )
        take_steps(prepare(workers, config, workdir, own, evaluation, profiled))


@dataclasses.dataclass(frozen=True)
class Run:
    """What a run consists of once it is prepared.

    Attributes:
      own: the workdir that this worker writes to.
      config: with what was decided at start.
      scores: what scores checkpoints, on the chief.
      profiled: steps of which this worker writes a profile.
    """

    workers: Workers
    own: Workdir
    config: Config
    trainer: Trainer
    bad_examples: BadExamples
    checkpoints: Checkpoints
    samples: Samples
    clusterer: FeatureClusterer
    events: Events
    scores: Evaluation | None
    gradient_norms: GradientNorms
    profiled: range


def take_steps(run: Run) -> None:
    """Trains to the last step, together with the other workers."""
    workers, trainer, events, checkpoints = run.workers, run.trainer, run.events, run.checkpoints
    step = trainer.steps_done
    with (
        RunLog(run.config, run.own, step, events.total_steps, quiet=not workers.is_chief) as log,
        Profiler(run.profiled, run.own.tensorboard, log.say) as profiler,
        Interruption() as interruption,
    ):
        if step and events.evaluates(step):
            evaluate(run.scores, step, log)  # if it was interrupted
        iterator = iter(distributed_dataset(run.config, trainer, run.bad_examples))
        while step < events.total_steps and not workers.any(interruption.requested):
            steps = events.steps_until_next(step)
            with profiler.step(step + 1), explained_errors(run):
                terms = trainer.run(iterator, steps)
            refuse_not_finite(terms, step, checkpoints)
            step += steps
            log.add(terms, trainer.timing)
            if events.logs(step):
                log.write(trainer.images_seen)
            if events.measures(step):
                with explained_errors(run):
                    batch = next(iter(distributed_dataset(run.config, trainer, run.bad_examples)))
                    log.gradient_norms(run.gradient_norms(batch), trainer.images_seen)
            if events.samples(step):
                run.clusterer.update(step)
                log.picture(run.samples.write(trainer, step))
            if events.saves(step):
                run.clusterer.update(step)
                save(checkpoints, run.config, log)
            if events.evaluates(step) and checkpoints.is_saved(step):
                evaluate(run.scores, step, log)
        run.clusterer.update(step)
        log.end(checkpoints.save(), interruption.requested)
        if bad := run.bad_examples.summary():
            log.say(bad)
        workers.any(False)  # whoever ends first would look like a loss to those still writing
    if step < events.total_steps and workers.count > 1:
        # With status 0 what restarts workers (Kubernetes) would take the run for done.
        raise UserError(f"stopped at step {step}; start all {workers.count} workers again")


def prepare(
    workers: Workers,
    config: Config,
    workdir: Workdir,
    own: Workdir,
    evaluation: Callable[[Workdir], Evaluation] | None,
    profiled: range,
) -> Run:
    """Checks config and data, builds or restores what is trained, and says what is about to run.

    The workers share `workdir`, from which a run goes on; each writes to its `own`.
    """
    workdir.check_same_model(config)
    quick_check(config)
    config = workers.chief_first(functools.partial(with_bank, config, workdir.path))

    images_per_epoch = num_examples(config, "train")
    config = without_lost_term(config, workdir)
    if config.train.memory_check != "off":
        size = global_batch_size(config, workers.strategy)
        line = check_memory(config, workers.strategy, size)
        if workers.is_chief:
            print(line, flush=True)
    trainer = Trainer(config, images_per_epoch, workers.strategy)
    checkpoints = Checkpoints(workdir, trainer.state, config.train.keep_checkpoints, own)
    continued = checkpoints.restore()
    step = trainer.steps_done
    workers.check_agreement("the step they continue at", step, "give all one shared --workdir")
    if config.train.initial_workdir and not continued:
        print(load_initial_weights(trainer.state, config.train.initial_workdir))
    config = effective_config(trainer)
    samples = Samples(config, own)
    clusterer = FeatureClusterer(config, trainer, images_per_epoch)
    own.describe(config)
    events = Events(config, images_per_epoch, evaluation is not None, profiled)
    scores = None
    if evaluation and events.evaluation_every and workers.is_chief:
        scores = evaluation(workdir)
    if workers.is_chief:
        announce(config, trainer, images_per_epoch, events.total_steps, step, continued)
    return Run(
        workers=workers,
        own=own,
        config=config,
        trainer=trainer,
        bad_examples=BadExamples(config, workdir.path, workers.cluster.index),
        checkpoints=checkpoints,
        samples=samples,
        clusterer=clusterer,
        events=events,
        scores=scores,
        gradient_norms=GradientNorms(trainer),
        profiled=profiled if workers.is_chief else range(0),
    )


@contextlib.contextmanager
def explained_errors(run: Run) -> Iterator[None]:
    """An error of the input pipeline becomes one line that names the file, too little memory one
    that says what to lower."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise UserError(
            f"out of memory at train.batch_size={run.trainer.batch_size}; write a smaller one, "
            "with train.gradient_accumulation to keep the effective batch, train.recompute=true, "
            "or a smaller model.base_width; see docs/memory.md"
        ) from error
    except tf.errors.OpError as error:
        if run.workers.is_loss(error):
            raise
        run.bad_examples.check()
        raise explain_failure(run.config, "train", error) from error


def save(checkpoints: Checkpoints, config: Config, log: RunLog) -> None:
    """Saves, or says why that failed if `train.on_failed_save` wants the run to go on."""
    try:
        checkpoints.save()
    except SaveError as error:
        if config.train.on_failed_save == "stop":
            raise
        log.say(f"{error}. Training goes on without (train.on_failed_save=continue)")


def refuse_not_finite(terms: dict[str, np.ndarray], step: int, checkpoints: Checkpoints) -> None:
    """Stops at the first NaN or infinite term; the newest checkpoint is from before it."""
    bad = {
        name: int(np.argmin(np.isfinite(v)))
        for name, v in terms.items()
        if not np.isfinite(v).all()
    }
    if not bad:
        return
    first = min(bad, key=lambda name: bad[name])
    value = terms[first][bad[first]]
    raise UserError(
        f"{first} is {value} at step {step + bad[first] + 1}; nothing was saved since, the "
        f"last good checkpoint is {checkpoints.latest or '(none yet)'}. Run again with a smaller "
        "train.learning_rate or train.precision=float32"
    )


def evaluate(scores: Evaluation | None, step: int, log: RunLog) -> None:
    """Scores the checkpoint of this step, unless that is done; only the chief has scores."""
    if scores and not scores.is_done(step):
        log.scores(scores.run())


def without_lost_term(config: Config, workdir: Workdir) -> Config:
    """The config, without the perceptual loss if this run was started without it.

    `losses.vgg_weights=auto` may find the weights at the second start but not at the first; a run
    keeps the objective that it began with.
    """
    if config.losses.vgg_weights != "auto" or not workdir.latest_checkpoint():
        return config
    weight = workdir.read_config().losses.vgg_weight
    losses = dataclasses.replace(config.losses, vgg_weight=weight)
    return dataclasses.replace(config, losses=losses)


def effective_config(trainer: Trainer) -> Config:
    """The config with what was decided at start: the batch, and whether there is a VGG19."""
    config = trainer.config
    losses = config.losses
    if not trainer.steps.perceptual_network:
        losses = dataclasses.replace(losses, vgg_weight=0.0)
    train = dataclasses.replace(config.train, batch_size=trainer.batch_size)
    return dataclasses.replace(config, losses=losses, train=train)


def distributed_dataset(
    config: Config, trainer: Trainer, bad_examples: BadExamples | None = None
) -> tf.distribute.DistributedDataset:
    """The endless training stream from image `images_seen` on, cut into replicas' batches."""

    def of_worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
        dataset = make_dataset(
            config,
            "train",
            context.get_per_replica_batch_size(trainer.batch_size),
            start_image=trainer.images_seen,
            num_shards=context.num_input_pipelines,
            shard_index=context.input_pipeline_id,
            global_batch_size=trainer.batch_size,
            bad_examples=bad_examples,
        )
        # Otherwise the workers would ask each other at every step whether any has come to an end.
        return dataset.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))

    return trainer.strategy.distribute_datasets_from_function(of_worker)


def announce(
    config: Config, trainer: Trainer, images: int, total_steps: int, step: int, continued: bool
) -> None:
    """One line on what is about to run."""
    millions = trainer.generator.count_params() / 1e6
    norm = "" if config.model.norm == "none" else f" with {config.model.norm}"
    print(
        f"{config.name}: {config.model.kind} generator{norm}, {millions:.1f} M "
        f"parameters; {images} training images of {config.data.width}x{config.data.height}; batch "
        f"{trainer.batch_size} on {trainer.strategy.num_replicas_in_sync} device(s); "
        f"{f'continuing at step {step} of' if continued else 'step 0 of'} {total_steps}",
        flush=True,
    )
