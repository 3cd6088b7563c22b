import pathlib
import re
import subprocess
import sys

import numpy as np
from PIL import Image

from spade_tf.data.scenes import render_scene
from spade_tf.export.contract import ModelCard
from spade_tf.export.tflite import run

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "serving" / "painter" / "models" / "landscapes_int8"


def run_the_lines(folder):
    """Runs the note's Python lines in a folder with a layout.png."""
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "phones.md").read_text(), re.S)
    lines = lines.replace('"serving/', f'"{ROOT}/serving/')
    return subprocess.run(
        [sys.executable, "-c", lines], cwd=folder, capture_output=True, text=True, timeout=120
    )


def test_the_lines_paint(tmp_path):
    card = ModelCard.read(MODEL.with_suffix(".json"))
    labels = render_scene(7, card.height, card.width).label_map
    # Twice the size: the note scales it.
    Image.fromarray(labels.astype(np.uint8).repeat(2, 0).repeat(2, 1)).save(tmp_path / "layout.png")
    result = run_the_lines(tmp_path)
    assert result.returncode == 0, result.stderr
    picture = np.array(Image.open(tmp_path / "picture.png")).astype(int)
    z = np.random.default_rng(1).standard_normal((1, card.latent_dim)).astype(np.float32)
    content = MODEL.with_suffix(".tflite").read_bytes()
    expected = run(content, label_map=labels[None].astype(np.int32), z=z)["image"][0]
    assert expected.std() > 20
    # XNNPACK may round otherwise than the plain kernels.
    assert np.abs(picture - expected).max() <= 1


def test_the_lines_refuse_ids_that_are_no_classes(tmp_path):
    Image.fromarray(np.full((64, 64), 200, np.uint8)).save(tmp_path / "layout.png")
    result = run_the_lines(tmp_path)
    assert result.returncode == 1
    assert "layout.png has ids that are no classes: [200]" in result.stderr
