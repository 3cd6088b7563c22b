"""Paints label maps: `python -m spade_tf.synthesize --model=WORKDIR --labels=DIR --output=DIR`."""

import pathlib

from absl import flags

from spade_tf import command_line
from spade_tf.errors import UserError

flags.DEFINE_string("model", None, "workdir of a training run")
flags.DEFINE_string("labels", None, "label map (PNG), or a folder of them")
flags.DEFINE_string("instances", None, "instance map, or a folder of them with the same names")
flags.DEFINE_string("output", None, "folder for the images, a sheet and a page")
flags.DEFINE_string("style", None, "photograph whose style the images take")
flags.DEFINE_integer("seed", 0, "seed of the style", lower_bound=0)
flags.DEFINE_integer(
    "samples", 1, "images for each label map, each of another style", lower_bound=1
)


def main(_: object) -> None:
    paths = {}
    for name in ("model", "labels", "output", "instances", "style"):
        value = getattr(flags.FLAGS, name)
        if not value and name in ("model", "labels", "output"):
            raise UserError(f"give --{name}=PATH; --help says what it is")
        paths[name] = command_line.user_path(value) if value else None

    # TensorFlow, only once the command line is sound.
    from spade_tf.synthesis import Synthesizer, find_requests, synthesize
    from spade_tf.training.checkpoints import load_generator
    from spade_tf.training.workdir import Workdir

    requests = find_requests(paths["labels"], paths["instances"])
    synthesizer = Synthesizer(*load_generator(Workdir(paths["model"])))
    styles = synthesizer.styles(flags.FLAGS.seed, flags.FLAGS.samples, paths["style"])
    if synthesizer.config.data.has_instances and not paths["instances"]:
        print("no --instances: the borders of the labels stand for those of the instances")
    output = pathlib.Path(paths["output"])
    written = synthesize(synthesizer, requests, output, styles)
    print(f"{len(written)} images, sheet.png and index.html in {output}")


if __name__ == "__main__":
    command_line.run(main)
