"""Trains a segmentation network, to score generated images of data sets without a published one.

    python -m tools.train_segmenter --config=camvid_small --config.data.root=DIR --output=FOLDER

Trains on the photographs and label maps of the train split, at the config's size, and scores the
network on the real photographs of the validation split. Stopped and started again it goes on where
it was. `python -m spade_tf.evaluate --segmenter=FOLDER` then uses it. FOLDER holds:

    segmenter.json, weights.npz      the segmenter, which may be copied elsewhere
    scores.json                      its scores on real images, one line
    class_iou.png, confusion.png     the same as pictures
    validation.png                   photograph | truth | prediction
    training/                        checkpoints and losses, to go on with; may be removed
"""

import contextlib
import dataclasses
import pathlib
from collections.abc import Generator

import numpy as np
from absl import flags

from spade_tf import command_line
from spade_tf.errors import UserError

SAVE_EVERY, LOG_EVERY = 200, 20
SHOWN = 12

command_line.define_config_flags()
flags.DEFINE_string("output", None, "folder of the segmenter; holds everything that is written")
flags.DEFINE_integer("steps", 1500, "training steps in all", lower_bound=1)
flags.DEFINE_integer("batch_size", 8, "images in a step", lower_bound=1)
flags.DEFINE_integer("base_width", 16, "channels of the network's first layers", lower_bound=1)
flags.DEFINE_float("learning_rate", 3e-3, "highest learning rate", lower_bound=0)


def main(_: object) -> None:
    """Trains, validates and writes. Raises UserError."""
    values = flags.FLAGS
    config = command_line.config_from_flags()
    output = command_line.required_path("output")
    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.data.check import quick_check
    from spade_tf.evaluation.segmenter.card import make_card
    from spade_tf.evaluation.segmenter.run_folder import RunFolder
    from spade_tf.evaluation.segmenter.training import SegmenterTraining
    from spade_tf.evaluation.segmenter.validation import without_extras
    from spade_tf.files import check_folder

    check_folder(output, "--output")
    config = without_extras(config)
    quick_check(config)
    card = make_card(config, values.base_width, values.steps, values.batch_size)
    folder = RunFolder(output / "training")
    folder.describe({**dataclasses.asdict(card), "learning_rate": values.learning_rate})
    training = SegmenterTraining(card, values.learning_rate)
    if train(training, config, folder):
        finish(training, config, output)


def train(training, config, folder) -> bool:
    """Trains on from the newest checkpoint; False if it was interrupted before the end."""
    from spade_tf.data.pipeline import make_dataset, num_examples
    from spade_tf.training.curves import draw_curves
    from spade_tf.training.interruption import Interruption
    from spade_tf.training.json_lines import forget_after
    from spade_tf.training.loss_log import LossLog
    from spade_tf.training.progress import Progress

    folder.restore(training)
    steps, batch_size, step = training.card.steps, training.card.batch_size, training.step
    print(
        f"{config.name}: DeepLabV3+ of {training.model.count_params() / 1e6:.1f} M parameters for "
        f"{training.card.num_classes} classes; {num_examples(config, 'train')} training images of "
        f"{config.data.width}x{config.data.height}; step {step} of {steps}",
        flush=True,
    )
    forget_after(folder.losses, step)
    log = LossLog(folder.losses)
    dataset = make_dataset(config, "train", batch_size, start_image=step * batch_size)
    with (
        Interruption() as interruption,
        Progress(step * batch_size, steps * batch_size) as bar,
        contextlib.closing(readable(dataset.take(steps - step), config)) as batches,
    ):
        for batch in batches:
            loss = training.train_step(batch)
            step += 1
            refuse_not_finite(loss, step)
            log.add({"cross_entropy": loss[np.newaxis]})
            bar.advance(batch_size)
            if step % LOG_EVERY == 0 or step == steps:
                bar.show(log.write(step, step * batch_size))
            if step % SAVE_EVERY == 0 or step == steps or interruption.requested:
                folder.save(training)
            if interruption.requested and step < steps:
                bar.say(f"{interruption.requested}: saved; run the same command to continue")
                break
    draw_curves(folder.losses, folder.loss_curves)
    return step == steps


def readable(dataset, config) -> Generator:
    """The batches; an error of the input pipeline becomes one line that names the file.

    To be closed: an iterator that only goes when Python ends may wait for ever for scenes that are
    being painted. For the same reason its error is let go of its traceback, which would hold it.
    """
    import tensorflow as tf

    from spade_tf.data.failures import explain_failure

    batches = iter(dataset)
    try:
        yield from batches
    except tf.errors.OpError as error:
        raise explain_failure(config, "train", error) from error.with_traceback(None)
    finally:
        del batches


def refuse_not_finite(loss: np.ndarray, step: int) -> None:
    """Stops at the first NaN or infinite loss; the newest checkpoint is from before it."""
    if not np.isfinite(loss):
        raise UserError(
            f"the loss is {loss} at step {step}; remove --output and train with a smaller "
            f"--learning_rate than {flags.FLAGS.learning_rate}"
        )


def finish(training, config, output: pathlib.Path) -> None:
    """Scores the network on the real validation images and writes the segmenter's folder."""
    from spade_tf.evaluation.confusion import Confusion
    from spade_tf.evaluation.segmentation_scores import RULES
    from spade_tf.evaluation.segmenter import Segmenter, save_segmenter
    from spade_tf.evaluation.segmenter.report import RULE, pick, write_report
    from spade_tf.evaluation.segmenter.validation import judge_validation

    segmenter = Segmenter(training.model, training.card)
    confusion = Confusion(training.card.num_classes)
    judged = []
    for part in judge_validation(segmenter, config):
        confusion.update(segmenter.truth(part.label_maps), part.predictions)
        judged.append(part)
    scores = RULES[RULE](confusion)
    card = dataclasses.replace(training.card, miou=scores.miou, accuracy=scores.accuracy)
    card = save_segmenter(output, training.model, card)
    write_report(output, card, confusion, scores, pick(judged, SHOWN), config)
    print(
        f"mIoU {100 * scores.miou:.1f} %, accuracy {100 * scores.accuracy:.1f} % on "
        f"{confusion.num_images} validation images: {output / 'scores.json'}"
    )


if __name__ == "__main__":
    command_line.run(main)
