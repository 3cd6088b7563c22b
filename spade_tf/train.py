"""Trains a generator, or continues: `python -m spade_tf.train --config=coco --workdir=DIR`."""

from absl import flags

from spade_tf import command_line
from spade_tf.config import replace

command_line.define_config_flags()
flags.DEFINE_string("workdir", None, "folder of the run; holds everything that training writes")
flags.DEFINE_string("strategy", None, "auto, one, mirrored or multi_worker; as in config.train")


def main(_: object) -> None:
    config = command_line.config_from_flags()
    if flags.FLAGS.strategy:
        config = replace(config, "train.strategy", flags.FLAGS.strategy)
    workdir = flags.FLAGS.workdir or f"runs/{config.name}"

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.training.loop import train

    evaluation = None
    if config.evaluation.every_epochs:
        from spade_tf.evaluation.periodic import PeriodicEvaluation, make_evaluator

        def evaluation(run):
            return PeriodicEvaluation(make_evaluator(config), run)

    train(config, command_line.user_path(workdir), evaluation)


if __name__ == "__main__":
    command_line.run(main)
