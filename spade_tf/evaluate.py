"""Scores images: `python -m spade_tf.evaluate --model=DIR --config=NAME --output=FILE.json`.

The images may be a model's (workdir, SavedModel, .tflite), any other method's (a folder of images
named after the label maps) or the data set's own (--model=photographs).
"""

import pathlib
import typing

from absl import flags

from spade_tf import command_line
from spade_tf.errors import UserError
from spade_tf.evaluation.metrics import METRICS, find_metrics
from spade_tf.files import check_folder

if typing.TYPE_CHECKING:
    from spade_tf.evaluation.evaluator import Evaluator

command_line.define_config_flags()
flags.DEFINE_string(
    "model",
    None,
    "workdir of a run, version folder of a SavedModel, .tflite file, folder of images, or "
    "photographs",
)
flags.DEFINE_list("metrics", ["fid", "miou", "accuracy"], "what to compute; --metrics=help lists")
flags.DEFINE_string("output", None, "file for the results, one JSON object a line")
flags.DEFINE_bool(
    "follow",
    False,
    "score every new checkpoint of the workdir --model until training ends, into its "
    "evaluation.jsonl, and keep the best in its best/",
)
flags.DEFINE_string("segmenter", None, "folder that tools.train_segmenter wrote")
flags.DEFINE_list("weights", [], "where weights lie, NAME=PATH, such as inception_fid=FILE.pth")
flags.DEFINE_integer("num_images", 0, "first images of the split; 0 = all", lower_bound=0)
flags.DEFINE_integer("batch_size", 4, "images at a time", lower_bound=1)
flags.DEFINE_integer("seed", 0, "seed of the styles", lower_bound=0, upper_bound=2**31 - 1)


def main(_: object) -> None:
    values = flags.FLAGS
    if values.metrics == ["help"]:
        for metric in METRICS.values():
            print(f"{metric.name:26} {metric.text}")
        return
    metrics = find_metrics(values.metrics)
    if not values.model:
        raise UserError("give --model=PATH; --help says what it is")
    output = None if values.follow else command_line.required_path("output")
    if output:
        check_folder(output.parent, "--output")
    config = command_line.config_from_flags()
    places_of_weights = places(values.weights)

    command_line.import_tensorflow()  # only once the command line is sound
    from spade_tf.evaluation.evaluator import Evaluator

    evaluator = Evaluator(
        config,
        metrics,
        segmenter=command_line.optional_path("segmenter"),
        weights=places_of_weights,
        limit=values.num_images,
        batch_size=values.batch_size,
    )
    if output:
        score(evaluator, command_line.user_path(values.model), output, values.seed)
    else:
        follow(evaluator, command_line.user_path(values.model))


def score(evaluator: "Evaluator", model: str, output: pathlib.Path, seed: int) -> None:
    """Scores one source of images; writes lines and pictures."""
    from spade_tf.evaluation import results
    from spade_tf.evaluation.image_sources import open_source

    source = open_source(model, evaluator.config, evaluator.examples)
    progress = output.with_name(f".{output.name}.progress")
    found = evaluator.evaluate(source, progress, seed)
    results.write_lines(output, [results.describe(value, source, evaluator) for value in found])
    written = [output]
    if evaluator.confusion and evaluator.segmentation:
        written += results.draw(output, evaluator.confusion, evaluator.segmentation)
    for value in found:
        print(results.summary(value))
    print(f"{evaluator.examples.count} images; {', '.join(map(str, written))}")


def follow(evaluator: "Evaluator", model: str) -> None:
    """Scores the checkpoints of a run that is going on in another process."""
    from spade_tf.data.pipeline import num_examples
    from spade_tf.evaluation.periodic import PeriodicEvaluation
    from spade_tf.training.events import total_steps_of
    from spade_tf.training.workdir import Workdir

    workdir = Workdir(model)
    total_steps = total_steps_of(workdir.read_config(), num_examples(evaluator.config, "train"))
    PeriodicEvaluation(evaluator, workdir).follow(total_steps)


def places(given: list[str]) -> dict[str, pathlib.Path]:
    """The paths of --weights=NAME=PATH,NAME=PATH by name."""
    found = {}
    for text in given:
        name, separator, path = text.partition("=")
        if not separator or not path:
            raise UserError(f"--weights={text}: write NAME=PATH, such as inception_fid=FILE.pth")
        found[name] = pathlib.Path(command_line.user_path(path))
    return found


if __name__ == "__main__":
    command_line.run(main)
