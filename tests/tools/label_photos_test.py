"""The command that labels photographs, with the real network and random weights."""

import json
import pathlib

import numpy as np
import pytest
from PIL import Image

from tests.run_commands import run_commands

pytestmark = pytest.mark.slow

VECTORS = pathlib.Path(__file__).parents[1] / "testdata" / "networks" / "deeplabv2_cocostuff.npz"


def write_weights(path):
    """Random weights under the names of the published file, of a size at which nothing explodes."""
    random = np.random.default_rng(0)
    state = {}
    for name, shape in json.loads(np.load(VECTORS)["keys"].tobytes()):
        if len(shape) > 1:
            scale = np.float32(np.sqrt(2 / np.prod(shape[1:])) / 2)
            state[name] = random.standard_normal(shape, np.float32) * scale
        elif name.endswith("num_batches_tracked"):
            state[name] = np.zeros(shape, np.int64)
        else:
            state[name] = np.full(shape, name.endswith(("weight", "running_var")), np.float32)
    np.savez(path, **state)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("label_photos")
    (folder / "photos").mkdir()
    random = np.random.default_rng(0)
    for name in ("a", "b"):
        pixels = random.integers(0, 256, (5, 6, 3), np.uint8)
        Image.fromarray(pixels).resize((48, 40)).save(folder / "photos" / f"{name}.jpg")
    weights = folder / "random.npz"
    write_weights(weights)
    command = ["tools.label_photos", "--photos=photos"]
    commands = {
        "good": [*command, "--output=data", f"--weights={weights}"],
        "check": ["tools.check_dataset", "--config=flickr", "--config.data.root=data"],
        "no_weights": [*command, "--output=none", "--weights=photos"],
        "both": [*command, "--output=none", "--segmenter=photos", "--weights=photos"],
    }
    ran = run_commands(folder, commands)
    weights.unlink()  # pytest keeps the folders of the last runs, and this is 224 MB
    return folder, ran


def test_photographs_become_a_data_set_that_training_takes(results):
    folder, ran = results
    assert ran["good"].status == 0, ran["good"].stderr
    lines = ran["good"].stdout.splitlines()
    assert lines[0] == "1 photographs for training, 1 for validation, 0 left out"
    check = f"python -m tools.check_dataset --config=flickr --config.data.root={folder / 'data'}"
    assert lines[-1] == check
    assert ran["check"].status == 0, ran["check"].stderr
    assert "train: 1 label maps with photographs" in ran["check"].stdout
    assert ran["check"].stdout.endswith("Training can start.\n")
    report = json.loads((folder / "data" / "report.json").read_text(encoding="utf-8"))
    assert report["segmenter"].startswith("deeplab_v2 ")
    for photo in report["photos"].values():
        assert 1 / 182 < photo["mean_confidence"] < 1
        np.testing.assert_allclose(sum(photo["shares"].values()), 1, atol=1e-2)
    assert (folder / "data" / "review" / "index.html").is_file()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("no_weights", "the weights of deeplab_v2 are not in"),
        ("both", "give --weights (of DeepLabV2) or --segmenter, not both"),
    ],
)
def test_what_is_missing_is_said(results, name, message):
    folder, ran = results
    assert ran[name].status == 1
    errors = [line for line in ran[name].stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1 and message in errors[0]
    assert not (folder / "none").exists()
