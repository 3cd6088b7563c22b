"""Trains a generator, or continues: `python -m spade_tf.train --config=coco --workdir=DIR`."""

import functools

from absl import flags

from spade_tf import command_line

command_line.define_config_flags()
flags.DEFINE_string("workdir", None, "folder of the run; holds everything that training writes")


def main(_: object) -> None:
    config = command_line.config_from_flags()
    workdir = flags.FLAGS.workdir or f"runs/{config.name}"

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.training.loop import train

    evaluation = None
    if config.evaluation.every_epochs:
        from spade_tf.evaluation.periodic import PeriodicEvaluation, make_evaluator

        # Weights that are missing are missed now, not after the first epochs.
        evaluation = functools.partial(PeriodicEvaluation, make_evaluator(config))
    train(config, command_line.user_path(workdir), evaluation)


if __name__ == "__main__":
    command_line.run(main)
