"""With our weights the PyTorch networks give our images, features and losses."""

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.config import Config
from spade_tf.errors import UserError
from spade_tf.models import build_discriminator, build_generator
from spade_tf.pytorch import load_state_dict
from spade_tf.training import Trainer
from tests.tiny_config import tiny_config

torch = pytest.importorskip("torch")

from spade_tf.benchmark.pytorch import training  # noqa: E402
from spade_tf.benchmark.pytorch.discriminator import Discriminator  # noqa: E402
from spade_tf.benchmark.pytorch.generator import Generator  # noqa: E402
from spade_tf.benchmark.pytorch.weights import state_dict_of  # noqa: E402

torch.set_num_threads(1)  # a second one has nothing to do here, and turns a core waiting

EDGES = {"data.has_instances": True}
CLADE = {"model.norm": "clade"}
KINDS = {
    "spade": {},
    "spade with instances, 5x5": {**EDGES, "model.mask_kernel_size": 5},
    "spade, more upsampling": {"model.upsampling": "more", "data.height": 64, "data.width": 128},
    "spade, most upsampling": {"model.upsampling": "most", "data.height": 128, "data.width": 128},
    "clade": CLADE,
    "clade with instances": {**CLADE, **EDGES},
    # From 4x4 pixels on: of less, instance norm is all sign, and noise grows.
    "clade, instance norm": {
        **CLADE,
        "model.param_free_norm": "instance",
        "data.height": 128,
        "data.width": 128,
    },
    "clade without spectral norm": {**CLADE, "model.spectral_norm": False},
}


TRAINING = {
    "data.height": 64,  # a batch norm of two pixels is all sign: noise grows
    "data.width": 64,
    "model.init_gain": 1.0,
    "model.modulation": "convolutions",
}


def random_batch(config: Config) -> dict[str, np.ndarray]:
    draw = np.random.default_rng(0)
    shape = (2, config.data.height, config.data.width)
    # Blocks of pixels, so that neighbours are often of one label.
    coarse = draw.integers(0, config.data.num_labels, (2, shape[1] // 4, shape[2] // 4))
    batch = {
        "label_map": np.kron(coarse, np.ones((1, 4, 4))).astype(np.int32),
        "image": draw.uniform(-1, 1, (*shape, 3)).astype(np.float32),
    }
    if config.data.has_instances:
        batch["instance_map"] = batch["label_map"] // 2
    return batch


def layout_of(batch: dict[str, np.ndarray]) -> dict:
    return {k: torch.from_numpy(v).long() for k, v in batch.items() if k != "image"}


def image_of(batch: dict[str, np.ndarray]):
    return torch.from_numpy(batch["image"]).permute(0, 3, 1, 2)


def channels_last(x) -> np.ndarray:
    return x.detach().permute(0, 2, 3, 1).numpy()


def randomise(network, batch) -> None:
    """Biases of any sign; then spectral vectors and running statistics as training leaves them."""
    draw = np.random.default_rng(1)
    for variable in network.trainable_variables:
        if variable.name in ("bias", "beta"):
            variable.assign(draw.uniform(-0.5, 0.5, variable.shape))
    for _ in range(3):
        network(batch, training=True)


@pytest.mark.parametrize("values", KINDS.values(), ids=KINDS)
def test_generator(values):
    config = tiny_config({"model.init_gain": 1.0, "model.modulation": "convolutions", **values})
    batch = random_batch(config)
    ours = build_generator(config)
    randomise(ours, batch)
    expected = ours(batch, training=False)
    assert np.std(expected) > 0.1
    for as_published in (False, True):
        plain = Generator(config, as_published).eval()
        plain.load_state_dict(state_dict_of(ours))
        with torch.no_grad():
            image = channels_last(plain(**layout_of(batch)))
        np.testing.assert_allclose(image, expected, atol=1e-4)


@pytest.mark.parametrize("values", [EDGES, {"discriminator.num_scales": 2}])
def test_discriminator(values):
    config = tiny_config({"model.init_gain": 1.0, "discriminator.num_layers": 4, **values})
    batch = random_batch(config)
    ours, plain = build_discriminator(config), Discriminator(config).eval()
    randomise(ours, batch)
    plain.load_state_dict(state_dict_of(ours))
    expected = ours(batch, training=False)
    features = plain(image_of(batch), **layout_of(batch))
    assert [len(scale) for scale in features] == [5] * len(expected)
    for scale, expected_scale in zip(features, expected, strict=True):
        for feature, expected_feature in zip(scale, expected_scale, strict=True):
            largest = np.abs(expected_feature).max()
            assert largest > 0.1
            off = channels_last(feature) - expected_feature
            assert np.abs(off).max() < 1e-4 * max(1, largest)


@pytest.fixture
def uncompiled():
    """Running two steps takes a second, compiling them half a minute."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("norm", ["spade", "clade"])
def test_training(norm, uncompiled):
    """The losses of two iterations: each depends on all updates before it."""
    config = tiny_config(TRAINING | {"model.norm": norm})
    ours = Trainer(config)
    trainers = [training.Trainer(config, as_published) for as_published in (False, True)]
    for plain in trainers:
        plain.generator.load_state_dict(state_dict_of(ours.generator))
        plain.discriminator.load_state_dict(state_dict_of(ours.discriminator))
    batch = random_batch(config)
    for _ in range(2):
        expected = ours.train_step(batch)
        for plain in trainers:
            terms = plain.train_step(image_of(batch), layout_of(batch))
            assert {k: float(v) for k, v in terms.items()} == pytest.approx(expected, rel=1e-4)
    assert expected["G_GAN_Feat"] > 0.1


@pytest.mark.parametrize("build", [build_generator, build_discriminator])
def test_a_state_dict_comes_back(build):
    config = tiny_config({**CLADE, **EDGES, "model.latent_dim": 3})
    model, other = build(config), build(config)
    for index, variable in enumerate(model.variables):
        variable.assign(np.random.default_rng(index).uniform(size=variable.shape))
    load_state_dict(other, {k: v.numpy() for k, v in state_dict_of(model).items()})
    for ours, theirs in zip(model.variables, other.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_what_is_not_written_is_refused():
    with pytest.raises(UserError, match="without a style"):
        Generator(tiny_config({"model.latent_dim": 3}))
    with pytest.raises(UserError, match="hinge"):
        training.Trainer(tiny_config({"losses.gan": "original"}))
