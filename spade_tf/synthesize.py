"""Paints label maps: `python -m spade_tf.synthesize --model=DIR --labels=DIR --output=DIR`."""

from absl import flags

from spade_tf import command_line
from spade_tf.files import check_folder

flags.DEFINE_string("model", None, "workdir of a training run, or version folder of a SavedModel")
flags.DEFINE_string("labels", None, "label map (PNG), or a folder of them")
flags.DEFINE_string("instances", None, "instance map, or a folder of them with the same names")
flags.DEFINE_string("output", None, "folder for the images, a sheet and a page")
flags.DEFINE_string("style", None, "photograph whose style the images take")
flags.DEFINE_integer("seed", 0, "seed of the style", lower_bound=0, upper_bound=2**31 - 1)
flags.DEFINE_integer(
    "samples", 1, "images for each label map, each of another style", lower_bound=1
)


def main(_: object) -> None:
    model, labels, output = map(command_line.required_path, ("model", "labels", "output"))
    instances, style = map(command_line.optional_path, ("instances", "style"))
    check_folder(output, "--output")

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.export.load import is_saved_model, load_saved_model
    from spade_tf.synthesis import Synthesizer, find_requests, synthesize
    from spade_tf.training.checkpoints import load_generator
    from spade_tf.training.workdir import Workdir

    requests = find_requests(str(labels), str(instances) if instances else None)
    loaded = load_saved_model(model) if is_saved_model(model) else load_generator(Workdir(model))
    synthesizer = Synthesizer(*loaded)
    photograph = str(style) if style else None
    styles = synthesizer.styles(flags.FLAGS.seed, flags.FLAGS.samples, photograph)
    has_instances = synthesizer.config.data.has_instances
    if instances and not has_instances:
        print("this model knows no instances (data.has_instances=false): --instances is not used")
    if has_instances and not instances:
        print("no --instances: the borders of the labels stand for those of the instances")
    written = synthesize(synthesizer, requests, output, styles)
    print(f"{len(written)} images, sheet.png and index.html in {output}")


if __name__ == "__main__":
    command_line.run(main)
