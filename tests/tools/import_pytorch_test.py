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


def test_a_workdir_that_paints_the_official_image(tmp_path):
    vectors = Vectors("spade_generator")
    checkpoint = save(vectors, tmp_path / "x_net_G.pth")
    save(Vectors("spade_discriminator"), tmp_path / "x_net_D.pth")
    output, labels, painted = (tmp_path / name for name in ("imported", "labels", "painted"))
    instances = tmp_path / "instances"
    for folder, key in ((labels, "in/label"), (instances, "in/instance")):
        folder.mkdir()
        Image.fromarray(vectors[key][0].astype(np.uint8)).save(folder / "a.png")
    paint = ["spade_tf.synthesize", f"--model={output}", f"--labels={labels}"]
    commands = {
        "import": import_it(checkpoint, output, *flags_of(vectors)),
        "paint": [*paint, f"--instances={instances}", f"--output={painted}"],
    }
    results = run_commands(tmp_path / "said", commands)
    result = results["import"]
    assert result.status == 0, result.stderr
    assert "generator from x_net_G.pth, discriminator from x_net_D.pth" in result.stdout
    assert "licence of these weights: CC BY-NC-SA 4.0" in result.stdout

    card = json.loads((output / "model_card.json").read_text())
    assert card["licence"].startswith("CC BY-NC-SA 4.0")
    assert len(card["imported_from"]["generator"]["sha256"]) == 64

    config, generator, encoder = load_generator(Workdir(output))
    assert config.model.base_width == vectors.options["ngf"] and encoder is None
    image = generator(vectors.layout(), training=False)
    np.testing.assert_allclose(image, vectors["out/image"], atol=2e-5)

    assert results["paint"].status == 0, results["paint"].stderr
    grey = np.asarray(Image.open(painted / "a.png"), np.float32)
    np.testing.assert_allclose(grey, 127.5 * (vectors["out/image"][0] + 1), atol=0.51)


def test_fine_tuning_goes_on_from_the_imported_weights(tmp_path):
    vectors = Vectors("clade_generator")
    size = {"height": 64, "width": 64, "num_labels": vectors.config().data.num_labels}
    custom_set(tmp_path / "data")
    checkpoint = save(vectors, tmp_path / "x_net_G.pth")
    output = tmp_path / "imported"
    common = [
        *(f"--config.data.{key}={value}" for key, value in size.items()),
        "--config.discriminator.base_width=2",
        "--config.losses.vgg_weight=0",
    ]
    train = [
        "spade_tf.train",
        "--config=custom",
        f"--workdir={output}",
        f"--config.data.root={tmp_path / 'data'}",
        "--config.train.steps=1",
        "--config.train.strategy=one",
        "--config.model.norm=clade",
        f"--config.model.base_width={vectors.options['ngf']}",
        *common,
    ]
    commands = {"import": import_it(checkpoint, output, *common), "train": train}
    results = run_commands(tmp_path / "said", commands, compiled=False)
    assert [result.status for result in results.values()] == [0, 0], results
    assert "continued training would begin with a new discriminator" in results["import"].stdout
    assert "continuing at step 0 of 1" in results["train"].stdout


def test_what_does_not_fit_is_one_line_and_nothing_is_written(tmp_path):
    vectors = Vectors("clade_generator")
    state = {name: torch.from_numpy(np.copy(x)) for name, x in vectors.state().items()}
    del state["up_0.conv_0.bias"]
    state["conv_img.bias"] = torch.zeros(4)
    bad, good = tmp_path / "bad_net_G.pth", save(vectors, tmp_path / "good_net_G.pth")
    torch.save(state, bad)
    output, full, flags = tmp_path / "imported", tmp_path / "full", flags_of(vectors)
    full.mkdir()
    (full / "file").touch()
    commands = {
        "bad": import_it(bad, output, *flags),
        "width": import_it(good, output, "--config.model.base_width=8"),
        "full": import_it(good, full, *flags),
    }
    results = run_commands(tmp_path / "said", commands)
    for result in results.values():
        assert result.status == 1
        assert result.stderr.count("error:") == 1 and "Traceback" not in result.stderr
    assert "missing: up_0.conv_0.bias (32,)" in results["bad"].stderr
    assert "misshaped: conv_img.bias is (4,), expected (3,)" in results["bad"].stderr
    assert "model.base_width=4, the config 8" in results["width"].stderr
    assert "full exists already" in results["full"].stderr
    assert {path.name for path in tmp_path.iterdir()} == {"full", "said", bad.name, good.name}
    assert [path.name for path in full.iterdir()] == ["file"]


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
