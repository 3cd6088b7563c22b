"""Trains a generator, or continues: `python -m spade_tf.train --config=coco --workdir=DIR`."""

import sys

from absl import flags

from spade_tf import command_line
from spade_tf.config import replace

command_line.define_config_flags()
flags.DEFINE_string("workdir", None, "folder of the run; holds everything that training writes")
flags.DEFINE_string("strategy", None, "auto, one, mirrored or multi_worker; as in config.train")


flags.DEFINE_string(
    "profile_steps", None, "FIRST:LAST, counted from 1: writes a profile of these steps"
)


def main(_: object) -> None:
    config = command_line.config_from_flags()
    if flags.FLAGS.strategy:
        config = replace(config, "train.strategy", flags.FLAGS.strategy)
    profiled = command_line.optional_steps("profile_steps")
    workdir = flags.FLAGS.workdir or f"runs/{config.name}"

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.training.loop import train

    evaluation = None
    if config.evaluation.every_epochs:
        from spade_tf.evaluation.periodic import PeriodicEvaluation, make_evaluator

        def evaluation(run):
            return PeriodicEvaluation(make_evaluator(config), run)

    path = command_line.user_path(workdir)
    try:
        train(config, path, evaluation, profiled)
    finally:
        show_run(path)


def show_run(path: str) -> None:
    """Writes the page of a run that ends, whichever way; that never hides why it ended."""
    from spade_tf.evaluation.pages.run_page import write_run_page
    from spade_tf.training.workdir import Workdir
    from spade_tf.training.worker import read_cluster

    workdir = Workdir(path)
    if not workdir.history.is_file() or read_cluster().index:
        return
    try:
        print(f"the whole run as a page: {write_run_page(workdir)}")
    except Exception as error:
        print(f"the run's page could not be written: {error}", file=sys.stderr)


if __name__ == "__main__":
    command_line.run(main)
