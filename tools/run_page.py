"""Writes the page of a training run from its workdir, also while it runs or after it was killed.

    python -m tools.run_page --workdir=DIR

Training itself does so whenever it ends. Open DIR/run.html in any browser: it needs no server.
"""

from absl import flags

from spade_tf import command_line

flags.DEFINE_string("workdir", None, "folder of the run, as it was given to spade_tf.train")


def main(_: object) -> None:
    path = command_line.required_path("workdir")

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.evaluation.pages.run_page import write_run_page
    from spade_tf.training.workdir import Workdir

    print(f"open {write_run_page(Workdir(path))}")


if __name__ == "__main__":
    command_line.run(main)
