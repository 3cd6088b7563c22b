"""`make demo`, made small."""

import pathlib
import re

import numpy as np
import pytest
from PIL import Image

from spade_tf.export.contract import ModelCard
from tests.data.small_sets import write_png
from tests.run_commands import run_commands

pytestmark = pytest.mark.slow

SMALL = {
    "data.height": 32,
    "data.width": 32,
    "data.num_scenes": 2,
    "model.norm": "clade",
    "model.base_width": 2,
    "model.latent_dim": 4,
    "model.encoder_size": 16,
    "discriminator.base_width": 2,
    "discriminator.num_scales": 1,
    "discriminator.num_layers": 2,
    "train.batch_size": 2,
    "train.steps": 1,
    "train.memory_check": "off",
}


# The command, with few scenes to score.
QUICK = """
import runpy
from spade_tf.data.datasets import landscapes
landscapes.NUM_VAL_SCENES = 6
runpy.run_module("tools.demo", run_name="__main__", alter_sys=True)
"""


def test_the_demo_paints_new_layouts_and_says_where(tmp_path):
    flags = [f"--config.{key}={value}" for key, value in SMALL.items()]
    folder = tmp_path / "said"
    folder.mkdir()
    (folder / "quick_demo.py").write_text(QUICK)
    command = ["quick_demo", f"--output={tmp_path}/demo", "--samples=2", *flags]
    stale = tmp_path / "demo" / "layouts" / "scene_77.png"  # of a run with more layouts
    write_png(stale, np.zeros((32, 32), np.uint8))
    commands = {"demo": [*command, "--layouts=3"]}
    result = run_commands(folder, commands, compiled=False)["demo"]
    assert result.status == 0, result.stderr
    said = [pathlib.Path(path) for path in re.findall(r"[^\s=]*/demo/\S*", result.stdout)]
    assert len(said) == 7
    *pictures, base, devices = said
    for path in pictures:
        assert path.is_file()
    assert (base / "1" / "saved_model.pb").is_file()
    assert set(ModelCard.read(base / "1").metrics) == {"miou", "accuracy", "frechet_segmenter"}
    assert (devices / "landscapes_float16.tflite").is_file()
    stale.unlink()

    painted = tmp_path / "demo" / "synthesised"
    names = {f"scene_{k:02}_{sample}.png" for k in range(3) for sample in range(2)}
    assert {path.name for path in painted.glob("scene_*")} == names
    layouts = [np.asarray(Image.open(path)) for path in (tmp_path / "demo/layouts").iterdir()]
    assert [layout.shape for layout in layouts] == [(32, 32)] * 3
    assert len({layout.tobytes() for layout in layouts}) == 3
