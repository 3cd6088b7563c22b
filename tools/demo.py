"""The whole way in minutes: `make demo` trains on procedural landscapes and paints new ones.

Everything lies under `runs/demo`: the workdir of the run, layouts that training never saw as label
maps, what the trained generator paints on them in several styles, its scores, a SavedModel to
serve, and .tflite files.
"""

import pathlib
import time

import numpy as np
from absl import flags
from PIL import Image

from spade_tf import command_line
from spade_tf.data.scenes import render_scene
from spade_tf.errors import UserError
from spade_tf.files import beside

FIRST_SEED = 2_000_000
"""Seeds from here on are used neither for training nor for validation."""

METRICS = ("miou", "accuracy", "frechet_segmenter")
"""Scores that need no download: the landscapes' segmenter ships."""

LICENCE = "CC0 1.0: scenes and weights are made by the demo itself"

command_line.define_config_flags("landscapes")
flags.DEFINE_string("output", "runs/demo", "folder for everything the demo writes")
flags.DEFINE_integer("layouts", 12, "new layouts to paint", lower_bound=1)
flags.DEFINE_integer("samples", 4, "styles of each layout", lower_bound=1)


def main(_: object) -> None:
    started = time.monotonic()
    config = command_line.config_from_flags()
    if config.data.dataset != "landscapes":
        raise UserError(
            f"the demo paints landscapes, but data.dataset={config.data.dataset}; "
            "python -m spade_tf.train trains on other data"
        )
    command_line.import_tensorflow()
    from spade_tf.evaluation.evaluator import Evaluator
    from spade_tf.evaluation.metrics import find_metrics
    from spade_tf.evaluation.periodic import PeriodicEvaluation
    from spade_tf.export.saved_model import export_saved_model
    from spade_tf.export.tflite import export_tflite
    from spade_tf.synthesis import Request, Synthesizer, synthesize
    from spade_tf.training.checkpoints import load_generator
    from spade_tf.training.loop import train
    from spade_tf.training.workdir import Workdir

    output = pathlib.Path(command_line.user_path(flags.FLAGS.output))
    workdir = Workdir(output / "training")
    train(config, str(workdir.path))

    labels = output / "layouts"
    requests = []
    for number in range(flags.FLAGS.layouts):
        scene = render_scene(FIRST_SEED + number, config.data.height, config.data.width)
        path = labels / f"scene_{number:02d}.png"
        write_label_map(scene.label_map, path)
        requests.append(Request(path.stem, str(path)))

    synthesizer = Synthesizer(*load_generator(workdir))
    styles = synthesizer.styles(config.train.seed, flags.FLAGS.samples)
    synthesize(synthesizer, requests, output / "synthesised", styles)
    # Before the export, whose model card carries the scores.
    evaluator = Evaluator(config, find_metrics(METRICS))
    evaluation = PeriodicEvaluation(evaluator, workdir)
    if not evaluation.is_done(workdir.latest_step()):
        evaluation.run()
    scores = workdir.scores(workdir.latest_step())
    base = output / "serving" / config.name
    export_saved_model(workdir, base, licence=LICENCE)
    export_tflite(workdir, base, licence=LICENCE)
    print(
        f"demo: {(time.monotonic() - started) / 60:.1f} minutes without set-up. Look at\n"
        f"  {newest(workdir.samples)}  layout | rendered | synthesised, validation scenes\n"
        f"  {output / 'synthesised' / 'sheet.png'}  new layouts in {flags.FLAGS.samples} styles\n"
        f"  {output / 'synthesised' / 'index.html'}\n"
        f"  {workdir.loss_curves}\n"
        f"  {workdir.evaluation}  {', '.join(f'{k} {v:.3g}' for k, v in scores.items())}\n"
        "Serve it:\n"
        f"  python -m serving.server --model_base_path={base} --model_name={config.name}\n"
        f"Files for phones and browsers: {base / 'tflite'}"
    )


def write_label_map(label_map: np.ndarray, path: pathlib.Path) -> None:
    """Writes labels `[height, width]` as an 8-bit grey PNG whose values are labels."""
    with beside(path) as partial:
        Image.fromarray(label_map.astype(np.uint8)).save(partial, format="png")


def newest(folder: pathlib.Path) -> pathlib.Path:
    """The last file of a folder by name."""
    return max(folder.glob("*.png"))


if __name__ == "__main__":
    command_line.run(main)
