"""One row: trained, scored, exported and painted; each part only if it is not done yet."""

import json
import pathlib
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from spade_tf.config import Config, to_json
from spade_tf.errors import UserError
from spade_tf.files import write_beside
from spade_tf.pictures import save_png

SAMPLES = 6


def run_row(
    config: Config,
    folder: pathlib.Path,
    metrics: Sequence[str],
    num_images: int,
    segmenter: pathlib.Path | None,
) -> dict[str, Any]:
    """Trains, scores, exports and paints a row; goes on where an earlier call was stopped.

    Args:
      config: of the row.
      folder: of the row: `training/` (a workdir), `scores.json`, `serving/`, `samples/`, and
        `row.json`, written last.
      metrics: names of what is computed.
      num_images: validation images that are scored; 0 = all.
      segmenter: as `Evaluator`'s.

    Returns: what `row.json` says.

    Raises:
      UserError: the folder is of another config, or a part cannot be done.
    """
    from spade_tf.evaluation.evaluator import Evaluator
    from spade_tf.evaluation.metrics import find_metrics
    from spade_tf.export.saved_model import export_saved_model
    from spade_tf.training.loop import train
    from spade_tf.training.workdir import Workdir

    check_same(config, folder)
    done = read_row(folder)
    if done:
        return done
    started = time.monotonic()
    evaluator = Evaluator(config, find_metrics(metrics), segmenter=segmenter, limit=num_images)
    workdir = Workdir(folder / "training")
    train(config, str(workdir.path))
    scores = score(evaluator, workdir, folder)
    version = None
    if config.model.kind != "sims":  # it paints from its bank, which no SavedModel holds
        version = str(export_saved_model(workdir, folder / "serving"))
    paint_samples(evaluator, workdir, folder / "samples")
    row = {
        "scores": scores,
        "saved_model": version,
        "seconds": round(time.monotonic() - started),
        **cost(config),
    }
    write_beside(folder / "row.json", json.dumps(row, indent=2) + "\n")
    return row


def check_same(config: Config, folder: pathlib.Path) -> None:
    """Refuses a folder of another config; remembers this one in an empty folder."""
    path = folder / "config.json"
    if not path.is_file():
        write_beside(path, to_json(config))
    elif path.read_text(encoding="utf-8") != to_json(config):
        raise UserError(
            f"{folder} holds a run of another config; give another --output, or remove the folder"
        )


def read_row(folder: pathlib.Path) -> dict[str, Any] | None:
    """What a finished row left, or None."""
    path = folder / "row.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def score(evaluator: Any, workdir: Any, folder: pathlib.Path) -> dict[str, float]:
    """The metrics' values by name; lines and pictures in the row's folder."""
    from spade_tf.evaluation import results
    from spade_tf.evaluation.image_sources import workdir as workdir_source

    source = workdir_source(workdir.path, evaluator.config)
    values = evaluator.evaluate(source, folder / ".scores.progress")
    lines = [results.describe(value, source, evaluator) for value in values]
    results.write_lines(folder / "scores.json", lines)
    if evaluator.confusion and evaluator.segmentation:
        results.draw(folder / "scores.json", evaluator.confusion, evaluator.segmentation)
    return {line["metric"]: line["value"] for line in lines}


def paint_samples(evaluator: Any, workdir: Any, folder: pathlib.Path) -> None:
    """The first validation layouts' images as `0.png`, ...; the layouts and photographs too."""
    from spade_tf.data.colors import colorize
    from spade_tf.data.labels import palette
    from spade_tf.evaluation.image_sources import workdir as workdir_source

    batch = next(evaluator.examples.batches(min(SAMPLES, evaluator.examples.count)))
    images = workdir_source(workdir.path, evaluator.config).images(batch, 0)
    layouts = colorize(batch.inputs["label_map"], palette(evaluator.config))
    columns = {"image": images, "layout": layouts, "photograph": batch.photographs}
    for name, pictures in columns.items():
        for number, picture in enumerate(pictures if pictures is not None else ()):
            save_png(np.asarray(picture), folder / f"{name}_{number}.png")


def cost(config: Config) -> dict[str, float]:
    """The generator's parameters and multiply-accumulates for one image."""
    from spade_tf.complexity import measure

    generator = measure(config, "generator")
    return {"parameters": generator.parameters(), "macs": generator.macs()}
