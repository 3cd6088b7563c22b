"""A semi-parametric model from folders to images, by its commands."""

import shutil

import numpy as np
import pytest
from PIL import Image

from tests.run_commands import run_commands
from tests.sims.small_banks import block_set

pytestmark = pytest.mark.slow

FLAGS = [
    "--config=custom",
    "--config.data.num_labels=4",
    "--config.data.has_dont_care=true",
    "--config.data.height=32",
    "--config.data.width=32",
    "--config.data.load_size=32",
    "--config.model.kind=sims",
    "--config.model.base_width=1",
    "--config.losses.vgg_weight=0",
    "--config.train.strategy=one",
    "--config.train.steps=2",
    "--config.train.log_every_steps=2",
]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sims")
    block_set(folder / "set")
    flags = [*FLAGS, f"--config.data.root={folder / 'set'}"]
    paint = ["spade_tf.synthesize", f"--labels={folder / 'set' / 'train_label'}"]
    first = run_commands(
        folder / "first",
        {
            "bank": ["tools.build_bank", *flags, f"--output={folder / 'bank'}"],
            "train": ["spade_tf.train", *flags, f"--workdir={folder / 'run'}"],
            "paint": [*paint, f"--model={folder / 'run'}", f"--output={folder / 'images'}"],
            "export": [
                "spade_tf.export_model",
                f"--workdir={folder / 'run'}",
                f"--output={folder / 'served'}",
            ],
        },
    )
    shutil.rmtree(folder / "run" / "bank")
    second = run_commands(
        folder / "second",
        {
            "paint without": [*paint, f"--model={folder / 'run'}", f"--output={folder / 'no'}"],
            "bank again": ["tools.build_bank", *flags, f"--output={folder / 'bank'}"],
        },
    )
    return folder, first | second


def test_build_bank(results):
    folder, found = results
    assert found["bank"].status == 0, found["bank"].stderr
    assert "15 segments of 3 labels from 5 images of 32x32" in found["bank"].stdout
    assert "5/5" in found["bank"].stderr
    assert found["bank again"].stdout == found["bank"].stdout
    assert "5/5" not in found["bank again"].stderr


def test_train_builds_its_own_bank(results):
    folder, found = results
    assert found["train"].status == 0, found["train"].stderr
    assert "memory bank of 15 segments" in found["train"].stdout
    assert "G_Image" in (folder / "run" / "losses.jsonl").read_text()


def test_synthesize(results):
    folder, found = results
    assert found["paint"].status == 0, found["paint"].stderr
    images = [np.asarray(Image.open(folder / "images" / f"{k}.png")) for k in range(5)]
    assert images[0].shape == (32, 32, 3) and images[0].std() > 0


def test_synthesize_without_its_bank(results):
    folder, found = results
    result = found["paint without"]
    assert result.status == 1
    assert result.stderr.strip().splitlines()[-1].startswith("error: ")
    assert "bank is no memory bank" in result.stderr
    assert not (folder / "no").exists()


def test_export_says_what_to_use_instead(results):
    folder, found = results
    assert found["export"].status == 1
    assert "which is not exported" in found["export"].stderr
    assert "spade_tf.synthesize" in found["export"].stderr
    assert not (folder / "served").exists()
