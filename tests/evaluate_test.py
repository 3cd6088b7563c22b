"""The command that scores images, on untrained, trained and real ones."""

import json
import pathlib

import numpy as np
import pytest

from spade_tf.config import load_config
from tests.evaluation.networks.vectors import NetworkVectors
from tests.run_commands import run_commands
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow

MODELS = pathlib.Path(__file__).parents[1] / "serving" / "painter" / "models"
TRAINED = MODELS / "landscapes_int8.tflite"
NUM_IMAGES = 12


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """The folder, and what the commands said."""
    folder = tmp_path_factory.mktemp("evaluate")
    config = load_config("landscapes_mobile")
    values = {
        f"{section}.{key}": getattr(getattr(config, section), key)
        for section, keys in {
            "data": ("dataset", "num_labels", "height", "width", "preprocess"),
            "model": ("norm", "base_width", "latent_dim"),
        }.items()
        for key in keys
    }
    tiny_workdir(folder / "untrained", {**values, "model.style_encoder": False})
    np.savez(folder / "inception.npz", **NetworkVectors("fid_inception").state())
    commands = {
        name: command(folder, name, model, "miou,accuracy,frechet_segmenter")
        for name, model in {
            "untrained": folder / "untrained",
            "trained": TRAINED,
            "real": "photographs",
        }.items()
    }
    few = ["--num_images=3", f"--weights=inception_fid={folder / 'inception.npz'}"]
    commands["fid"] = [*command(folder, "fid", "photographs", "fid"), *few]
    commands["no_weights"] = command(folder, "no_weights", TRAINED, "fid")
    commands["misspelt"] = command(folder, "misspelt", TRAINED, "miuo")
    commands["other_data"] = [
        *command(folder, "other_data", TRAINED, "miou"), "--config.data.height=64"
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPADE_REFERENCES", str(folder / "references"))
        patch.setenv("SPADE_WEIGHTS", str(folder / "weights"))
        return folder, run_commands(folder / "said", commands)


def command(folder, name, model, metrics):
    return [
        "spade_tf.evaluate",
        "--config=landscapes_mobile",
        f"--model={model}",
        f"--metrics={metrics}",
        f"--num_images={NUM_IMAGES}",
        f"--output={folder}/{name}.json",
    ]


def values(scored, name):
    folder, said = scored
    assert said[name].status == 0, said[name].stderr
    lines = [json.loads(line) for line in (folder / f"{name}.json").read_text().splitlines()]
    return {line["metric"]: line["value"] for line in lines}


def test_better_images_score_better(scored):
    untrained, trained, real = (values(scored, x) for x in ("untrained", "trained", "real"))
    for metric in ("miou", "accuracy"):
        assert real[metric] > trained[metric] + 3
        assert trained[metric] > untrained[metric] + 20
    assert abs(real["frechet_segmenter"]) < 1e-3
    assert 10 * trained["frechet_segmenter"] < untrained["frechet_segmenter"]


def test_fid_of_a_set_with_itself(scored):
    assert abs(values(scored, "fid")["fid"]) < 1e-3
    assert "3 images do not span 2048 features" in scored[1]["fid"].stdout


def test_pictures_lie_beside_the_numbers(scored):
    folder, said = scored
    assert "trained_class_iou.png" in said["trained"].stdout
    for name in ("trained_class_iou.png", "trained_confusion.png"):
        assert (folder / name).stat().st_size > 5000


def test_errors_are_one_line_that_helps(scored):
    said = scored[1]
    assert all(said[name].status == 1 for name in ("no_weights", "misspelt", "other_data"))
    assert "error: the weights of inception_fid are not in" in said["no_weights"].stderr
    assert "curl --location" in said["no_weights"].stderr
    assert "no metric 'miuo': did you mean miou" in said["misspelt"].stderr
    assert "data.height=128, not 64" in said["other_data"].stderr
