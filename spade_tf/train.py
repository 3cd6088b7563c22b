"""Trains a generator, or continues: `python -m spade_tf.train --config=coco --workdir=DIR`."""

from absl import flags

from spade_tf import command_line
from spade_tf.config import replace
from spade_tf.errors import UserError

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
    profiled = range(0)
    if flags.FLAGS.profile_steps:
        profiled = profiled_steps(flags.FLAGS.profile_steps)
    workdir = flags.FLAGS.workdir or f"runs/{config.name}"

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.training.loop import train

    evaluation = None
    if config.evaluation.every_epochs:
        from spade_tf.evaluation.periodic import PeriodicEvaluation, make_evaluator

        def evaluation(run):
            return PeriodicEvaluation(make_evaluator(config), run)

    train(config, command_line.user_path(workdir), evaluation, profiled)


def profiled_steps(text: str) -> range:
    """The steps that FIRST:LAST means, both of them included and counted from 1.

    Raises:
      UserError: anything else.
    """
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last)):
        raise UserError(
            f"--profile_steps={text}: expected FIRST:LAST, counted from 1, such as 20:24"
        )
    return range(int(first), int(last) + 1)


if __name__ == "__main__":
    command_line.run(main)
