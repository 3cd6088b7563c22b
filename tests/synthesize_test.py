"""The command that paints, on the workdir of a real run and on one whose weights we know."""

import numpy as np
import pytest
from PIL import Image

from spade_tf.data.position_map import position_map
from spade_tf.pictures import from_uint8, to_uint8
from tests.data.small_sets import custom_set, make_maps, write_png
from tests.run_commands import run_commands
from tests.tiny_config import TINY
from tests.tiny_workdir import tiny_workdir

pytestmark = pytest.mark.slow

MODEL = {
    "model.norm": "clade_icpe",
    "model.latent_dim": 4,
    "data.has_instances": True,
    "data.preprocess": "crop",
    # Untrained, it would scale random weights to paint but black and white.
    "model.spectral_norm": False,
}


# Two labels side by side; within each, two instances one above the other.
LABEL_MAP = np.repeat([[0] * 24 + [1] * 24], 40, axis=0).astype(np.uint8)
INSTANCE_MAP = np.repeat([[1], [2]], 20, axis=0) + 2 * LABEL_MAP.astype(np.uint16)
PHOTOGRAPH = make_maps(7, 40, 48)["image"]


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """The folder of everything, the state of the known model, and what the commands said."""
    folder = tmp_path_factory.mktemp("painted")
    custom_set(folder / "data", train=2, val=2)
    write_png(folder / "labels" / "town" / "scene.png", LABEL_MAP)
    write_png(folder / "instances" / "town" / "scene.png", INSTANCE_MAP.astype(np.uint16))
    write_png(folder / "photograph.png", PHOTOGRAPH)
    state = tiny_workdir(folder / "known", MODEL)
    one = [f"--labels={folder}/labels/town/scene.png"]
    one += [f"--instances={folder}/instances/town/scene.png", f"--model={folder}/known"]
    arguments = {
        "seed_0": one,
        "borders": [one[0], one[2]],
        "samples": [*one, "--seed=1", "--samples=2"],
        "style": [*one, "--samples=2", f"--style={folder}/photograph.png"],
        "folder": [one[2], f"--labels={folder}/labels", f"--instances={folder}/instances"],
        "trained": [f"--model={folder}/run", f"--labels={folder}/data/val_label"],
    }
    values = {**TINY, **MODEL, "train.steps": 2, "data.root": folder / "data"}
    flags = [f"--config.{key}={value}" for key, value in values.items()]
    train = {"train": ["spade_tf.train", "--config=custom", *flags, f"--workdir={folder}/run"]}
    commands = train | {
        name: ["spade_tf.synthesize", *given, f"--output={folder}/{name}"]
        for name, given in arguments.items()
    }
    # As for users; the others uncompiled, which takes a fifth of the time.
    compiled = {"style": commands.pop("style")}
    said = folder / "said"
    return (
        folder,
        state,
        run_commands(said, commands, compiled=False) | run_commands(said, compiled),
    )


def picture(painted, path):
    return np.asarray(Image.open(painted[0] / path)).astype(int)


def test_every_command_succeeds(painted):
    folder, _, results = painted
    assert {name: result.status for name, result in results.items()} == dict.fromkeys(results, 0)
    assert results["samples"].stdout == f"2 images, sheet.png and index.html in {folder}/samples\n"
    assert results["borders"].stdout.startswith("no --instances: the borders of the labels stand")
    assert "no --instances" not in results["seed_0"].stdout


def test_what_training_wrote_is_painted(painted):
    for name in ("scene_0.png", "scene_1.png", "sheet.png"):
        assert picture(painted, f"trained/{name}").shape[2] == 3
    assert picture(painted, "trained/scene_0.png").shape == (32, 32, 3)
    assert "scene_1.png" in (painted[0] / "trained" / "index.html").read_text()


def test_a_seed_paints_the_same_again_in_a_sub_folder_too(painted):
    first = picture(painted, "seed_0/scene.png")
    assert ((first > 0) & (first < 255)).mean() > 0.5 and first.std() > 5  # something to see
    np.testing.assert_array_equal(picture(painted, "folder/town/scene.png"), first)


def test_another_seed_and_another_sample_paint_another_image(painted):
    names = ("seed_0/scene.png", "samples/scene_0.png", "samples/scene_1.png")
    images = [picture(painted, name) for name in names]
    for k in range(3):
        assert np.abs(images[k] - images[k - 1]).max() > 2
    assert not (painted[0] / "samples" / "scene.png").exists()


def test_instances_change_the_image(painted):
    difference = picture(painted, "borders/scene.png") - picture(painted, "seed_0/scene.png")
    assert np.abs(difference).max() > 2


def test_a_style_is_the_photographs_mean_in_the_averaged_generator(painted):
    _, state, _ = painted
    label_map, instance_map = (
        whole[4:36, 8:40].astype(np.int32) for whole in (LABEL_MAP, INSTANCE_MAP)
    )
    mean, _ = state.encoder(from_uint8(PHOTOGRAPH)[np.newaxis], training=False)
    inputs = {
        "label_map": label_map[np.newaxis],
        "instance_map": instance_map[np.newaxis],
        "position_map": position_map(label_map)[np.newaxis],
        "z": mean,
    }
    found = picture(painted, "style/scene_0.png")
    averaged, raw = (
        to_uint8(generator(inputs, training=False))[0].astype(int)
        for generator in (state.ema_generator, state.generator)
    )
    # Compiled and eager arithmetic may round a byte to either side.
    np.testing.assert_allclose(found, averaged, atol=1)
    assert np.abs(found - raw).max() > 2
    assert np.abs(picture(painted, "style/scene_1.png") - found).max() > 2
