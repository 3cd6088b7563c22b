"""The command that turns PyTorch files into a workdir."""

import json

import numpy as np
import pytest
from PIL import Image

from spade_tf.config import load_config, replace
from spade_tf.models import build_generator
from spade_tf.pytorch.slots import slots_of
from spade_tf.training.checkpoints import load_generator
from spade_tf.training.workdir import Workdir
from tests.data.small_sets import custom_set
from tests.parity.vectors import Vectors
from tests.run_commands import run_commands
from tools.import_pytorch import import_checkpoint, load_state_dict

torch = pytest.importorskip("torch", reason="the extra `import` is not installed")

pytestmark = pytest.mark.slow  # each run starts TensorFlow


def save(vectors, path):
    state = {name: torch.from_numpy(np.copy(x)) for name, x in vectors.state().items()}
    torch.save(state, path)
    return path


def flags_of(vectors):
    data = vectors.config().data
    keys = ("num_labels", "has_dont_care", "has_instances", "height", "width")
    return [f"--config.data.{key}={getattr(data, key)}" for key in keys]


def import_it(checkpoint, output, *flags):
    command = ["tools.import_pytorch", "--config=custom", *flags]
    return [*command, f"--checkpoint={checkpoint}", f"--output={output}"]


def official_image(folder):
    """Commands that import a SPADE, and paint with it the layout that the official code painted."""
    vectors = Vectors("spade_generator")
    checkpoint = save(vectors, folder / "x_net_G.pth")
    save(Vectors("spade_discriminator"), folder / "x_net_D.pth")
    for name, key in (("labels", "in/label"), ("instances", "in/instance")):
        (folder / name).mkdir()
        Image.fromarray(vectors[key][0].astype(np.uint8)).save(folder / name / "a.png")
    flags = [f"--{name}={folder / name}" for name in ("labels", "instances")]
    flags += [f"--model={folder / 'imported'}", f"--output={folder / 'painted'}"]
    return {
        "import": import_it(checkpoint, folder / "imported", *flags_of(vectors)),
        "paint": ["spade_tf.synthesize", *flags],
    }


def fine_tuning(folder):
    """Commands that import a CLADE, and train it on."""
    vectors = Vectors("clade_generator")
    size = {"height": 64, "width": 64, "num_labels": vectors.config().data.num_labels}
    custom_set(folder / "data")
    common = [
        *(f"--config.data.{key}={value}" for key, value in size.items()),
        "--config.discriminator.base_width=2",
        "--config.losses.vgg_weight=0",
    ]
    train = [
        "spade_tf.train",
        "--config=custom",
        f"--workdir={folder / 'imported'}",
        f"--config.data.root={folder / 'data'}",
        "--config.train.steps=1",
        "--config.train.strategy=one",
        "--config.model.norm=clade",
        f"--config.model.base_width={vectors.options['ngf']}",
        *common,
    ]
    checkpoint = save(vectors, folder / "x_net_G.pth")
    return {"clade": import_it(checkpoint, folder / "imported", *common), "train": train}


def mistakes(folder):
    """Commands with files and flags that do not fit."""
    vectors = Vectors("clade_generator")
    state = {name: torch.from_numpy(np.copy(x)) for name, x in vectors.state().items()}
    del state["up_0.conv_0.bias"]
    state["conv_img.bias"] = torch.zeros(4)
    bad, good = folder / "bad_net_G.pth", save(vectors, folder / "good_net_G.pth")
    torch.save(state, bad)
    output, full, flags = folder / "imported", folder / "full", flags_of(vectors)
    full.mkdir()
    (full / "file").touch()
    return {
        "bad": import_it(bad, output, *flags),
        "width": import_it(good, output, "--config.model.base_width=8"),
        "full": import_it(good, full, *flags),
    }


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """What all commands said, and the folder of those of each function above."""
    folder, commands = tmp_path_factory.mktemp("imports"), {}
    for make in (official_image, fine_tuning, mistakes):
        (folder / make.__name__).mkdir()
        commands |= make(folder / make.__name__)
    return run_commands(folder / "said", commands, compiled=False), folder


def test_a_workdir_that_paints_the_official_image(ran):
    results, folder = ran[0], ran[1] / "official_image"
    result, output = results["import"], folder / "imported"
    assert result.status == 0, result.stderr
    assert "generator from x_net_G.pth, discriminator from x_net_D.pth" in result.stdout
    assert "licence of these weights: CC BY-NC-SA 4.0" in result.stdout

    card = json.loads((output / "model_card.json").read_text())
    assert card["licence"].startswith("CC BY-NC-SA 4.0")
    assert len(card["imported_from"]["generator"]["sha256"]) == 64

    vectors = Vectors("spade_generator")
    config, generator, encoder = load_generator(Workdir(output))
    assert config.model.base_width == vectors.options["ngf"] and encoder is None
    image = generator(vectors.layout(), training=False)
    np.testing.assert_allclose(image, vectors["out/image"], atol=2e-5)

    assert results["paint"].status == 0, results["paint"].stderr
    grey = np.asarray(Image.open(folder / "painted" / "a.png"), np.float32)
    np.testing.assert_allclose(grey, 127.5 * (vectors["out/image"][0] + 1), atol=0.51)


def test_fine_tuning_goes_on_from_the_imported_weights(ran):
    results = {name: ran[0][name] for name in ("clade", "train")}
    assert [result.status for result in results.values()] == [0, 0], results
    assert "continued training would begin with a new discriminator" in results["clade"].stdout
    assert "continuing at step 0 of 1" in results["train"].stdout


def test_what_does_not_fit_is_one_line_and_nothing_is_written(ran):
    results, folder = ran[0], ran[1] / "mistakes"
    for result in (results[name] for name in ("bad", "width", "full")):
        assert result.status == 1
        assert result.stderr.count("error:") == 1 and "Traceback" not in result.stderr
    assert "missing: up_0.conv_0.bias (32,)" in results["bad"].stderr
    assert "misshaped: conv_img.bias is (4,), expected (3,)" in results["bad"].stderr
    assert "model.base_width=4, the config 8" in results["width"].stderr
    assert "full exists already" in results["full"].stderr
    names = {path.name for path in folder.iterdir()}
    assert names == {"full", "bad_net_G.pth", "good_net_G.pth"}
    assert [path.name for path in (folder / "full").iterdir()] == ["file"]


def test_load_state_dict_is_importable_from_the_tool():
    vectors = Vectors("clade_generator_icpe")
    generator = build_generator(vectors.config())
    load_state_dict(generator, vectors.state())
    image = generator(vectors.layout(), training=False)
    np.testing.assert_allclose(image, vectors["out/image"], atol=2e-5)


@pytest.mark.parametrize(("asked", "first_file_id"), [(set(), 0), ({"data.first_file_id"}, 1)])
def test_ade20k_keeps_the_ids_that_the_official_code_trained_on(asked, first_file_id, tmp_path):
    small = {"model.base_width": 1, "model.hidden_width": 2}
    truth = load_config("ade20k", {**small, "data.height": 32, "data.width": 32})
    generator = build_generator(truth)
    state = {name: torch.zeros(slot.shape) for name, slot in slots_of(generator).items()}
    torch.save(state, tmp_path / "x_net_G.pth")
    config = load_config("ade20k", {"data.height": 32, "data.width": 32})
    config = replace(config, "discriminator.base_width", 1)
    files = {"generator": tmp_path / "x_net_G.pth"}
    imported = import_checkpoint(files, config, asked, tmp_path / "imported", "none")
    assert imported.data.first_file_id == first_file_id
    assert Workdir(tmp_path / "imported").read_config() == imported
