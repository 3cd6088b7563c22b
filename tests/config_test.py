import dataclasses
import json

import pytest

from spade_tf import config as configs
from spade_tf.config import CONFIG_FOLDER, Config, DataConfig, from_json, load_config, to_json
from spade_tf.config.recipes import RECIPES
from spade_tf.errors import UserError

NAMES = [
    "ade20k",
    "ade20k_outdoor",
    "camvid",
    "cityscapes",
    "coco",
    "custom",
    "facades",
    "flickr",
    "landscapes",
]
OTHERS = ["camvid_small", "crn_cityscapes", "pix2pixhd_cityscapes"]
MOBILE = ["ade20k_mobile", "cityscapes_mobile", "coco_mobile", "landscapes_mobile"]
CRN = {"model.kind": "crn"}


def test_there_is_a_file_for_every_experiment():
    assert {p.stem for p in CONFIG_FOLDER.glob("*.py")} == {*NAMES, *MOBILE, *OTHERS}


@pytest.mark.parametrize("name", NAMES)
def test_config_files_load(name):
    config = load_config(name)
    assert config.name == name
    assert config.data.dataset == name
    assert config.train.learning_rate > 0
    assert (CONFIG_FOLDER / f"{name}.py").read_text().startswith('"""')  # its experiment report


@pytest.mark.parametrize("name", MOBILE)
def test_configs_for_phones(name):
    config, large = load_config(name), load_config(name.removesuffix("_mobile"))
    assert config.name == name
    assert config.model.norm == "clade"
    assert 14 <= config.model.base_width <= 32
    assert not config.data.has_instances
    assert (config.data.dataset, config.data.height) == (large.data.dataset, large.data.height)


@pytest.mark.parametrize(
    ("name", "labels", "dont_care", "instances", "height", "width", "upsampling", "epochs"),
    [
        ("coco", 183, True, True, 256, 256, "normal", (100, 0)),
        ("ade20k", 151, True, False, 256, 256, "normal", (200, 100)),
        ("cityscapes", 35, False, True, 256, 512, "more", (200, 100)),
        ("facades", 13, False, False, 256, 256, "normal", None),
    ],
)
def test_data_sets_of_the_papers(
    name, labels, dont_care, instances, height, width, upsampling, epochs
):
    config = load_config(name)
    data, train = config.data, config.train
    assert (data.num_labels, data.has_dont_care, data.has_instances) == (
        labels,
        dont_care,
        instances,
    )
    assert (data.height, data.width, config.model.upsampling) == (height, width, upsampling)
    if epochs:
        assert (train.epochs, train.decay_epochs) == epochs


def test_defaults_are_the_recipe_of_the_papers():
    config = load_config("custom")
    assert (config.model.base_width, config.discriminator.base_width) == (64, 64)
    assert (config.discriminator.num_scales, config.discriminator.num_layers) == (2, 4)
    assert (config.model.hidden_width, config.model.mask_kernel_size) == (128, 3)
    losses, train = config.losses, config.train
    assert (losses.feature_matching_weight, losses.vgg_weight, losses.kl_weight) == (10, 10, 0.05)
    assert (train.learning_rate, train.beta_1, train.beta_2, train.ttur) == (2e-4, 0, 0.9, True)
    assert losses.gan == "hinge"


def test_every_key_is_listed_with_its_meaning():
    options = dict(configs.all_options())
    assert {"name", "data.num_labels", "model.norm", "losses.gan", "train.seed"} <= set(options)
    assert all(leaf.metadata["help"] for leaf in options.values())
    for key, leaf in options.items():
        assert configs.get(Config(), key) == leaf.default


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("train.steps", "60", 60),
        ("train.learning_rate", "1e-3", 0.001),
        ("train.learning_rate", 1, 1.0),
        ("data.has_instances", "true", True),
        ("data.has_instances", "False", False),
        ("data.cache", "1", True),
        ("data.root", "/some/where", "/some/where"),
        ("model.norm", "clade", "clade"),
        ("model.mask_kernel_size", "5", 5),
        ("name", "mine", "mine"),
    ],
)
def test_overrides_are_read_as_the_type_of_their_key(key, text, value):
    result = configs.get(load_config("custom", {key: text}), key)
    assert result == value
    assert type(result) is type(value)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"model.bse_width": 3},
            "config has no key 'model.bse_width'; did you mean model.base_width?",
        ),
        ({"base_width": 3}, "config has no key 'base_width'; did you mean model.base_width?"),
        ({"xyz": 3}, "config has no key 'xyz'; the keys are name, data.dataset, data.root"),
        ({"model": 3}, "config has no key 'model'"),
        ({"train.steps": "ten"}, "train.steps is 'ten', expected a whole number such as 0"),
        ({"train.steps": 1.5}, "train.steps is 1.5, expected a whole number such as 0"),
        ({"train.steps": "1.0"}, "train.steps is '1.0', expected a whole number such as 0"),
        ({"train.steps": True}, "train.steps is True, expected a whole number such as 0"),
        ({"train.beta_2": "much"}, "train.beta_2 is 'much', expected a number such as 0.9"),
        ({"train.beta_2": "nan"}, "train.beta_2 is 'nan', expected a number such as 0.9"),
        ({"train.learning_rate": "inf"}, "train.learning_rate is 'inf', expected a number"),
        ({"train.ttur": "maybe"}, "train.ttur is 'maybe', expected true or false such as True"),
        ({"train.ttur": 2}, "train.ttur is 2, expected true or false such as True"),
        ({"data.root": 3}, "data.root is 3, expected text such as ''"),
        (
            {"model.norm": "clad"},
            "model.norm is 'clad' (did you mean clade?); write one of spade, clade, clade_icpe",
        ),
        ({"model.mask_kernel_size": 4}, "model.mask_kernel_size is 4; write one of 1, 3, 5"),
        ({"train.batch_size": -1}, "train.batch_size is -1; write 0 or more"),
        ({"model.base_width": 0}, "model.base_width is 0; write 1 or more"),
        (
            {"data.height": 250},
            "data.height is 250, but model.upsampling=normal doubles the image 5 times: write a "
            "multiple of 32, such as 256",
        ),
        (
            {"data.width": 96, "model.upsampling": "most"},
            "data.width is 96, but model.upsampling=most doubles the image 7 times: write a "
            "multiple of 128, such as 128",
        ),
        ({"data.width": 8}, "write a multiple of 32, such as 32"),
        ({"model.encoder_size": 100}, "model.encoder_size is 100; write a power of two from 8"),
        ({"model.encoder_size": 4}, "model.encoder_size is 4; write a power of two from 8"),
        (
            {"train.epochs": 5, "train.decay_epochs": 6},
            "train.decay_epochs is 6 of train.epochs 5",
        ),
        ({"train.ema_decay": 1.0}, "train.ema_decay is 1.0; write a number from 0 to below 1"),
        ({"train.beta_2": 1.0}, "train.beta_2 is 1.0; write a number from 0 to below 1"),
        ({"train.beta_1": -0.5}, "train.beta_1 is -0.5; write a number from 0 to below 1"),
        ({"train.adam_epsilon": 0.0}, "train.adam_epsilon is 0.0; write a number above 0"),
        ({"train.seed": 2**31}, "train.seed is 2147483648; write a number below 2147483648"),
        ({"data.has_dont_care": True, "data.num_labels": 1}, "data.num_labels counts the don't-"),
        ({"train.steps": 0, "train.epochs": 0}, "train.steps and train.epochs are both 0"),
        ({**CRN, "losses.gan": "hinge"}, "losses.gan=hinge, but a crn has no discriminator: write"),
        ({**CRN, "model.latent_dim": 8}, "model.latent_dim=8: a crn has no latent style; write 0"),
        ({**CRN, "data.height": 100}, "but crn doubles the image 4 times: write a multiple of 16"),
        ({**CRN, "data.width": 8, "data.height": 8}, "data.height is 8; write 16 or more"),
        ({**CRN, "losses.vgg_weight": 0}, "losses.gan=none and losses.vgg_weight=0 leave nothing"),
        ({**CRN, "train.discriminator_steps": 2}, "losses.gan=none has no discriminator; write 1"),
        ({"model.diversity": 9}, "model.diversity=9 is of model.kind=crn; write 0"),
    ],
)
def test_faults_name_the_key_and_what_to_write(overrides, message):
    with pytest.raises(UserError) as error:
        load_config("custom", overrides)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_unknown_name_of_a_config():
    with pytest.raises(UserError, match="no config 'coko': did you mean coco") as error:
        load_config("coko")
    assert all(name in str(error.value) for name in NAMES)


def write(path, body):
    path.write_text(f"from spade_tf.config import *\n\n{body}\n")
    return str(path)


def test_a_file_of_ones_own(tmp_path):
    body = 'def config():\n    return Config(name="mine", data=DataConfig(num_labels=7))'
    config = load_config(write(tmp_path / "mine.py", body), {"train.steps": "3"})
    assert (config.name, config.data.num_labels, config.train.steps) == ("mine", 7, 3)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("x = 3", "should define a function config() that returns a spade_tf.config.Config"),
        ("def config():\n    return {}", "should define a function config()"),
        ("def config(:\n    pass", "SyntaxError"),
        ("def config():\n    return Config(dta=3)", "unexpected keyword argument 'dta'"),
        (
            'def config():\n    return Config(train=TrainConfig(steps="many"))',
            "train.steps is 'many', expected a whole number",
        ),
        (
            'def config():\n    return Config(model=ModelConfig(norm="spaed"))',
            "model.norm is 'spaed' (did you mean spade?)",
        ),
    ],
)
def test_faults_in_a_file_of_ones_own(tmp_path, body, message):
    with pytest.raises(UserError) as error:
        load_config(write(tmp_path / "mine.py", body))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_values_in_a_file_get_the_type_of_their_key(tmp_path):
    body = "def config():\n    return Config(losses=LossesConfig(vgg_weight=3))"
    assert type(load_config(write(tmp_path / "mine.py", body)).losses.vgg_weight) is float


@pytest.mark.parametrize("name", NAMES)
def test_json_round_trip(name):
    config = load_config(name, {"train.learning_rate": 1 / 3, "data.root": "/å/b"})
    assert from_json(to_json(config)) == config


def test_json_without_a_key_keeps_its_default():
    assert from_json('{"data": {"num_labels": 7}}') == Config(data=DataConfig(num_labels=7))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "w/config.json is not JSON"),
        ("[]", "w/config.json is not a config"),
        ('{"data": {"labels": 3}}', "w/config.json: config has no key 'data.labels'"),
        ('{"data": {"height": 33}}', "w/config.json: data.height is 33"),
    ],
)
def test_damaged_json_names_the_file(text, message):
    with pytest.raises(UserError) as error:
        from_json(text, "w/config.json")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_config_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Config().train.steps = 3


def test_json_names_every_key():
    tree = json.loads(to_json(Config()))
    keys = {
        f"{section}.{key}" if isinstance(value, dict) else section
        for section, value in tree.items()
        for key in (value if isinstance(value, dict) else [None])
    }
    assert keys == {key for key, _ in configs.all_options()}


@pytest.mark.parametrize(
    ("overrides", "positions", "encoder", "doublings"),
    [
        ({}, False, False, 5),
        ({"model.norm": "clade_icpe", "model.upsampling": "more"}, True, False, 6),
        ({"model.latent_dim": 8}, False, True, 5),
        ({"model.latent_dim": 8, "model.style_encoder": False}, False, False, 5),
    ],
)
def test_what_follows_from_the_config(overrides, positions, encoder, doublings):
    config = load_config("custom", overrides)
    assert config.has_positions == positions
    assert config.has_encoder == encoder
    assert config.doublings == doublings


@pytest.mark.parametrize(
    ("values", "latent_dim", "maps", "doublings"),
    [
        ({"model.latent_dim": 8}, 8, "spade", 5),
        (CRN, 9, "crn_256", 6),
        ({**CRN, "model.diversity": 1, "losses.vgg_maps": "crn_gta"}, 0, "crn_gta", 6),
        ({**CRN, "data.height": 512}, 0, "crn_512", 7),
        ({**CRN, "data.height": 96}, 9, "crn_256", 4),
    ],
)
def test_what_follows_from_the_kind(values, latent_dim, maps, doublings):
    config = load_config("custom", values)
    assert (config.latent_dim, config.vgg_maps, config.doublings) == (latent_dim, maps, doublings)
    assert config.has_encoder == ("model.latent_dim" in values)


def test_crn_trains_as_published():
    config = load_config("crn_cityscapes")
    train = config.train
    assert (config.data.height, config.data.width, config.diversity) == (256, 512, 9)
    assert (train.batch_size, train.epochs, train.ttur) == (1, 200, False)
    assert (train.learning_rate, train.beta_1, train.beta_2) == (1e-4, 0.9, 0.999)
    assert config.losses.gan == "none" and not config.has_encoder
    recipe = RECIPES["crn"]
    assert all(configs.get(config, key) == value for key, value in recipe.items())


def test_another_experiment_with_crn():
    config = load_config("landscapes", {"model.kind": "crn", "train.batch_size": 4})
    assert (config.losses.gan, config.model.latent_dim, config.train.batch_size) == ("none", 0, 4)
    assert not config.has_positions


def test_a_kind_of_model_brings_its_recipe_to_any_experiment():
    config = load_config("ade20k", {"model.kind": "pix2pixhd", "train.beta_1": 0.25})
    train = config.train
    assert (config.data.num_labels, train.epochs, train.decay_epochs) == (151, 200, 100)
    assert (config.losses.gan, config.losses.convention) == ("least_squares", "pix2pixhd")
    assert (train.batch_size, train.learning_rate, train.ttur) == (1, 2e-4, False)
    assert (train.beta_1, train.beta_2) == (0.25, 0.999)  # what is asked for comes last
    assert (config.model.initializer, config.model.init_gain) == ("normal", 0.02)
    assert not config.model.spectral_norm and not config.discriminator.spectral_norm
    same = load_config("pix2pixhd_cityscapes", {"model.kind": "pix2pixhd"})
    assert same == load_config("pix2pixhd_cityscapes")  # the file's own kind changes nothing
    better = load_config("ade20k", {"model.kind": "pix2pixhd_pp"})
    assert (better.model.norm, better.losses.gan, better.train.ttur) == ("none", "hinge", True)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"model.norm": "none"}, "model.norm=none leaves a spade nothing to paint from"),
        ({"model.kind": "pix2pixhd", "model.norm": "spade"}, "write none, or model.kind=pix2p"),
        ({"model.local_enhancer": True}, "local_enhancer is of pix2pixhd and pix2pixhd_pp, not of"),
        ({"model.kind": "pix2pixhd", "data.height": 40}, "doubles the image 4 times: write a mult"),
        ({"model.kind": "pix2pixhd", "data.height": 16}, "mirrors a row .*: write 32 or more"),
        ({"model.kind": "pix2pixhd", "model.latent_dim": 3}, "write data.has_instances=true, or"),
        (
            {
                "model.kind": "pix2pixhd",
                "model.latent_dim": 3,
                "data.has_instances": True,
                "model.style_encoder": False,
            },
            "from photographs: write model.style_encoder=true",
        ),
    ],
)
def test_what_a_pix2pixhd_has_no_place_for(overrides, message):
    with pytest.raises(UserError, match=message.replace("(", "[(]")):
        load_config("custom", overrides)
