"""A workdir as a run leaves it, without the run."""

import json
import pathlib

import numpy as np

from spade_tf.pictures import save_png
from spade_tf.training.workdir import Workdir
from tests.tiny_config import tiny_config

BEGAN = 1_800_000_000.0
NASTY = "<b>0007</b> & </script>"
"""Of an example; must be shown as it is."""


def example_run(path: pathlib.Path) -> Workdir:
    """Twenty lines of a run that was stopped once at step 10, and then failed at step 20.

    A step takes 10 s; the second start begins 1000 s after the first.
    """
    workdir = Workdir(path)
    workdir.describe(tiny_config({"name": f"tiny {NASTY}"}))
    losses, speed, norms = [], [], []
    for step in range(1, 21):
        at = {"step": step, "images": 2 * step}
        losses.append({**at, "G_GAN": 1.0 / step, "D_Real": 0.5})
        memory = {"process": 2**30, "GPU:0": 2**31}
        time = BEGAN + 10 * step + (900 if step > 10 else 0)
        rate = None if step == 11 else 4.0
        speed.append(
            {
                **at,
                "images_per_second": rate,
                "input_wait": 0.25,
                "peak_memory": memory,
                "time": time,
            }
        )
        norms.append({**at, "G_GAN": 10.0**step, "D_Real": None})
    command = ["train.py", "--config=tiny", "--config.data.root=a folder"]
    start = {"event": "start", "total_steps": 40, "command": command, "devices": ["CPU:0"]}
    history = [
        {**start, "step": 0, "time": BEGAN},
        {"event": "stopped", "step": 10, "time": BEGAN + 101, "reason": "SIGTERM"},
        {**start, "step": 10, "time": BEGAN + 1000},
        {"event": "failed", "step": 20, "time": BEGAN + 1104, "reason": f"G_GAN is nan {NASTY}"},
    ]
    evaluation = [
        {"metric": name, "step": step, "value": value, "unit": "%", "higher_is_better": name == "a"}
        for name, values in (("a", (1.0, 3.0, 2.0)), ("b", (1.0, 3.0, None)))
        for step, value in zip((5, 10, 15), values, strict=True)
    ]
    bad = [{"example": NASTY, "image_number": 12, "reason": "photos/7.png is cut short"}]
    for file, rows in (
        (workdir.losses, losses),
        (workdir.speed, speed),
        (workdir.gradient_norms, norms),
        (workdir.history, history),
        (workdir.evaluation, evaluation),
        (workdir.path / "bad_examples.jsonl", bad),
        (workdir.path / "bad_examples_1.jsonl", bad),
    ):
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for step in (20, 5, 10):
        save_png(np.full((8, 30, 3), 10 * step, np.uint8), workdir.samples / f"step_{step:06d}.png")
    return workdir
