"""Trains a generator, or continues: `python -m spade_tf.train --config=coco --workdir=DIR`."""

from absl import flags

from spade_tf import command_line

command_line.define_config_flags()
flags.DEFINE_string("workdir", None, "folder of the run; holds everything that training writes")


def main(_: object) -> None:
    config = command_line.config_from_flags()
    workdir = flags.FLAGS.workdir or f"runs/{config.name}"

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.training.loop import train

    train(config, command_line.user_path(workdir))


if __name__ == "__main__":
    command_line.run(main)
