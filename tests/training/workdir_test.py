import json
import re

import pytest

from spade_tf.config import all_options, replace
from spade_tf.errors import UserError
from spade_tf.models import build_discriminator, build_encoder, build_generator
from spade_tf.training.workdir import ARCHITECTURE_KEYS, Workdir
from tests.tiny_config import tiny_config


@pytest.fixture
def workdir(tmp_path):
    """A workdir that looks as if it held a checkpoint."""
    workdir = Workdir(tmp_path / "run")
    workdir.describe(tiny_config())
    workdir.checkpoints.mkdir()
    (workdir.checkpoints / "checkpoint").write_text('model_checkpoint_path: "step-5"\n')
    (workdir.checkpoints / "step-5.index").touch()
    (workdir.checkpoints / "step-5.data-00000-of-00001").touch()
    return workdir


def test_making_one_writes_nothing(tmp_path):
    workdir = Workdir(tmp_path / "run")
    assert workdir.latest_checkpoint() is None
    workdir.check_same_model(tiny_config())
    assert not list(tmp_path.iterdir())


def test_describe_writes_config_versions_and_seed(tmp_path):
    workdir = Workdir(tmp_path / "a" / "run")
    config = tiny_config({"train.seed": 7})
    workdir.describe(config)
    assert workdir.read_config() == config
    environment = json.loads(workdir.environment.read_text())
    assert environment["seed"] == 7
    assert {"tensorflow", "keras", "numpy"} <= set(environment["packages"])
    assert re.fullmatch(r"3\.\d+\.\d+\S*", environment["python"])
    assert len(environment["devices"]) == 2
    assert environment["command"]
    assert {p.name for p in workdir.path.iterdir()} == {"config.json", "environment.json"}


def test_a_folder_without_config_is_no_workdir(tmp_path):
    with pytest.raises(UserError, match="is no workdir of a training run: it has no config.json"):
        Workdir(tmp_path).read_config()


@pytest.mark.parametrize(
    ("key", "value", "stored"),
    [("model.norm", "clade", "spade"), ("data.num_labels", 6, 5), ("model.base_width", 3, 2)],
)
def test_another_model_is_refused(workdir, key, value, stored):
    message = f"holds a run of another model: {key}={stored} \\(asked: {value}\\)"
    with pytest.raises(UserError, match=message):
        workdir.check_same_model(replace(tiny_config(), key, value))


def test_another_recipe_is_not_another_model(workdir):
    values = {"train.learning_rate": 0.5, "train.steps": 9, "data.root": "/moved", "name": "x"}
    workdir.check_same_model(tiny_config(values))


# One other value for every key that may change a network.
OTHER = {
    "data.num_labels": 6,
    "data.has_instances": True,
    "data.height": 64,
    "data.width": 64,
    "model.norm": "clade",
    "model.base_width": 3,
    "model.latent_dim": 5,
    "model.style_encoder": False,
    "model.encoder_size": 32,
    "model.param_free_norm": "instance",
    "model.mask_kernel_size": 5,
    "model.hidden_width": 5,
    "model.spectral_norm": False,
    "discriminator.base_width": 3,
    "discriminator.num_scales": 2,
    "discriminator.num_layers": 3,
    "discriminator.spectral_norm": False,
}


# And where that key belongs to another kind of model, that kind.
PIX2PIXHD = {"model.kind": "pix2pixhd", "model.norm": "none"}
CRN = {"model.kind": "crn", "losses.gan": "none", "losses.vgg_weight": 1.0}
OTHER_KIND = {
    "model.diversity": (CRN, 2),
    "model.residual_blocks": (PIX2PIXHD, 2),
    "model.local_enhancer": (PIX2PIXHD, True),
    "model.spatial_transformer": ({**CRN, "model.kind": "sims"}, True),
}


def shapes(config):
    networks = [build_generator(config), build_discriminator(config), build_encoder(config)]
    return [(v.path, v.shape) for network in networks if network for v in network.variables]


@pytest.mark.slow
def test_whatever_changes_the_weights_counts_as_another_model():
    base = tiny_config({"model.latent_dim": 3})
    same = shapes(base)
    for key, leaf in all_options():
        section = key.split(".")[0]
        if section not in ("data", "model", "discriminator"):
            continue
        if key in OTHER:
            assert key in ARCHITECTURE_KEYS, key
            assert shapes(replace(base, key, OTHER[key])) != same, key
        elif key in OTHER_KIND:
            assert key in ARCHITECTURE_KEYS, key
            values, other = OTHER_KIND[key]
            config = tiny_config(values)
            assert shapes(replace(config, key, other)) != shapes(config), key
        elif key in ARCHITECTURE_KEYS:
            # Changes what is computed, or goes with the size of the image.
            assert key in ("model.kind", "model.upsampling"), key
        elif not isinstance(leaf.default, str) and section != "data":
            value = {bool: not leaf.default}.get(type(leaf.default), 3)
            assert shapes(replace(base, key, value)) == same, key


def test_scores_are_those_of_one_checkpoint(tmp_path):
    workdir = Workdir(tmp_path)
    assert workdir.scores(10) == {}
    lines = [("miou", 10, 41.5), ("miou", 20, 43.0), ("fid", 20, 60.0), ("kid", 20, None)]
    text = [json.dumps({"metric": m, "step": s, "value": v}) for m, s, v in lines]
    workdir.evaluation.write_text("\n".join(text) + "\n")
    assert workdir.scores(10) == {"miou": 41.5}
    assert workdir.scores(20) == {"miou": 43.0, "fid": 60.0}
