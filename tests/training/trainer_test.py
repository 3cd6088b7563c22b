import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.training import Trainer
from spade_tf.training import trainer as trainer_module
from spade_tf.training.state import discriminator_rate, generator_rate
from spade_tf.training.steps import Steps
from spade_tf.training.trainer import global_batch_size
from tests.tiny_config import tiny_config
from tests.tiny_pix2pixhd import PIX2PIXHD
from tests.training.small_batches import make_batch, values_of

pytestmark = pytest.mark.usefixtures("eager")

# Steps that change weights in proportion to their gradients; Adam's own divide each by itself.
PROPORTIONAL = {"train.learning_rate": 0.1, "train.adam_epsilon": 1.0}
CLADE = {"model.norm": "clade"}  # takes half of SPADE's time


def make_trainer(values=None, **arguments):
    return Trainer(tiny_config({**CLADE, **(values or {})}), **arguments)


@pytest.mark.parametrize(
    ("values", "names"),
    [
        (
            {"losses.vgg_weight": 10.0, "losses.vgg_weights": "none", "model.latent_dim": 3},
            ["G_GAN", "G_GAN_Feat", "G_VGG", "G_KLD", "D_Fake", "D_Real"],
        ),
        (
            {
                "losses.feature_matching_weight": 0.0,
                "losses.kl_weight": 0.0,
                "model.latent_dim": 3,
            },
            ["G_GAN", "D_Fake", "D_Real"],
        ),
        (
            {"model.latent_dim": 3, "model.style_encoder": False, "losses.gan": "ls"},
            ["G_GAN", "G_GAN_Feat", "D_Fake", "D_Real"],
        ),
    ],
)
def test_train_step_returns_the_terms_of_the_config(values, names):
    trainer = make_trainer(values)
    losses = trainer.train_step(make_batch())
    assert sorted(losses) == sorted(names) == sorted(trainer.term_names)
    assert all(isinstance(value, float) and np.isfinite(value) for value in losses.values())
    assert int(trainer.state.step) == 1
    assert int(trainer.state.images_seen) == 2
    assert (trainer.encoder is not None) == ("model.latent_dim" in values) & values.get(
        "model.style_encoder", True
    )


def test_every_network_learns():
    trainer = make_trainer({"model.latent_dim": 3})
    networks = [trainer.generator, trainer.discriminator, trainer.encoder]
    before = [values_of(network.trainable_variables) for network in networks]
    trainer.train_step(make_batch())
    for network, old in zip(networks, before, strict=True):
        for variable in network.trainable_variables:
            # At the start hinge loss pulls the logits' bias up and down alike.
            if "logits/bias" not in variable.path:
                assert np.any(variable.numpy() != old[variable.path]), variable.path


@pytest.mark.slow
def test_two_replicas_of_4_train_as_one_of_8(two_replicas):
    """One step; with beta_1 = 0 Adam's momentum is the gradient, its velocity the squared one.

    SPADE's replicas are compared in multi_worker_test.py.
    """
    values = {
        **PROPORTIONAL,
        **CLADE,
        "train.batch_size": 8,
        "data.has_instances": True,
        "discriminator.num_scales": 2,
        "model.latent_dim": 3,
        "losses.kl_weight": 10.0,
    }
    config = tiny_config(values)
    one, two = Trainer(config), Trainer(config, strategy=two_replicas)
    batch = make_batch(8)
    start = values_of(one.generator.variables)
    assert two.train_step(batch) == pytest.approx(one.train_step(batch), rel=1e-4, abs=1e-5)

    def compare(name, prepare, **tolerance):
        state = (getattr(trainer.state, name).variables for trainer in (one, two))
        for a, b in zip(*state, strict=True):
            first, second = two_replicas.experimental_local_results(b.value)
            np.testing.assert_array_equal(first, second, err_msg=a.path)
            a, b = prepare(a), prepare(b)
            atol = 1e-3 * np.abs(a).max() + 1e-6
            np.testing.assert_allclose(b, a, err_msg=name, **({"atol": atol} | tolerance))

    for name in ("generator_optimizer", "discriminator_optimizer"):
        compare(name, lambda v: v.numpy() if "velocity" not in v.path else np.sqrt(v.numpy()))
    for name in ("generator", "discriminator", "ema_generator", "encoder"):
        compare(name, lambda v: v.numpy(), rtol=1e-4, atol=1e-6)
    moved = [np.abs(v.numpy() - start[v.path]).max() for v in one.generator.trainable_variables]
    assert max(moved) > 1e-3


def test_noise_is_the_replicas_rows_of_the_global_noise(two_replicas):
    config = tiny_config({"model.latent_dim": 3})
    steps = Steps(config, types.SimpleNamespace(encoder=None), None, global_batch_size=4)
    step = tf.constant(7, tf.int64)
    whole = steps._noise(step, 1)
    halves = two_replicas.experimental_local_results(two_replicas.run(steps._noise, (step, 1)))
    np.testing.assert_array_equal(np.concatenate([np.array(half) for half in halves]), whole)
    assert whole.shape == (4, 3)
    others = [steps._noise(*other) for other in ((step, 0), (step + 1, 1))]
    assert all(np.abs(other - whole).max() > 0.1 for other in others)  # every turn has its own


@pytest.mark.parametrize(("ttur", "rates"), [(True, (1e-4, 4e-4)), (False, (2e-4, 2e-4))])
def test_rates_of_two_time_scales(ttur, rates):
    config = tiny_config({"train.ttur": ttur})
    assert (generator_rate(config), discriminator_rate(config)) == pytest.approx(rates)


@pytest.mark.parametrize("precision", ["float32", "mixed_float16"])
def test_rates_follow_the_images_seen(precision):
    """4 epochs of 10 images, the last 2 in decay: factors 1, 1, 1, 1/2."""
    values = {**PIX2PIXHD, "train.epochs": 4, "train.decay_epochs": 2, "train.precision": precision}
    trainer = make_trainer(values, images_per_epoch=10)
    for images, factor in ((0, 1), (29, 1), (30, 0.5), (39, 0.5), (1000, 0.5)):
        trainer.state.images_seen.assign(images)
        trainer.set_learning_rates()
        state = trainer.state
        for optimizer, rate in (
            (state.generator_optimizer, 1e-4),
            (state.discriminator_optimizer, 4e-4),
        ):
            inner = getattr(optimizer, "inner_optimizer", optimizer)
            np.testing.assert_allclose(inner.learning_rate, rate * factor, rtol=1e-6)


def test_discriminator_steps():
    trainer = make_trainer({**PIX2PIXHD, "train.discriminator_steps": 2})
    trainer.train_step(make_batch())
    assert int(trainer.state.generator_optimizer.iterations) == 1
    assert int(trainer.state.discriminator_optimizer.iterations) == 2
    assert int(trainer.state.step) == 1
    assert int(trainer.state.images_seen) == 4


@pytest.mark.parametrize(("fake", "passes"), [("fresh", 2), ("shared", 1)])
def test_image_that_the_discriminator_learns_from(fake, passes):
    """Running statistics keep 0.9 per forward pass: they count the passes."""
    trainer = make_trainer({"train.discriminator_fake": fake, "model.latent_dim": 3})
    norm = trainer.generator.blocks[0].norm_0.norm
    norm.moving_mean.assign(np.full(norm.moving_mean.shape, 1000.0))
    trainer.train_step(make_batch())
    np.testing.assert_allclose(norm.moving_mean.numpy(), 1000 * 0.9**passes, rtol=1e-3)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"train.jit_compile": True}, "train.jit_compile works on one device"),
        ({"train.batch_size": 3}, "train.batch_size is 3, which 2 devices cannot share equally"),
    ],
)
def test_what_two_replicas_cannot_do(two_replicas, values, message):
    with pytest.raises(UserError, match=message):
        make_trainer(values, strategy=two_replicas)


def test_batch_of_another_size():
    with pytest.raises(UserError, match="the batch has 3 examples, expected train.batch_size=2"):
        make_trainer(PIX2PIXHD).train_step(make_batch(3))


@pytest.fixture(scope="module")
def exact():
    """The terms of the first step in float32."""
    tf.config.run_functions_eagerly(True)
    keras.utils.set_random_seed(0)
    return make_trainer({"model.latent_dim": 3}).train_step(make_batch())


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(exact, precision):
    values = {"train.precision": precision, "model.latent_dim": 3}
    trainer = make_trainer(values)
    assert keras.config.dtype_policy().name == "float32"  # Keras's own is left alone
    before = values_of(trainer.generator.trainable_variables)
    history = [trainer.train_step(make_batch()) for _ in range(2)]
    assert history[0] == pytest.approx(exact, rel=0.05, abs=0.05)
    assert all(np.isfinite(list(losses.values())).all() for losses in history)
    variables = trainer.generator.variables + trainer.discriminator.variables
    assert all(np.isfinite(v.numpy()).all() and v.dtype == "float32" for v in variables)
    if precision == "mixed_bfloat16":  # float16's first scales may overflow, and then skip steps
        assert any(
            np.any(v.numpy() != before[v.path]) for v in trainer.generator.trainable_variables
        )


@pytest.mark.parametrize(
    ("player", "other"), [("generator", "discriminator"), ("discriminator", "generator")]
)
def test_float16_lowers_its_scale_instead_of_breaking(player, other):
    """A gradient that overflows halves its player's scale, and changes no weight of that one."""
    trainer = make_trainer({**PIX2PIXHD, "train.precision": "mixed_float16"})
    optimizers = {
        name: getattr(trainer.state, f"{name}_optimizer") for name in ("generator", "discriminator")
    }
    optimizers[player].dynamic_scale.assign(1e38)
    optimizers[other].dynamic_scale.assign(64.0)
    before = {name: values_of(getattr(trainer, name).trainable_variables) for name in optimizers}
    trainer.train_step(make_batch())
    assert float(optimizers[player].dynamic_scale) == pytest.approx(5e37)
    assert float(optimizers[other].dynamic_scale) == 64
    assert [int(optimizers[name].iterations) for name in (player, other)] == [0, 1]
    for variable in getattr(trainer, player).trainable_variables:
        np.testing.assert_array_equal(variable.numpy(), before[player][variable.path])
    after = values_of(getattr(trainer, other).trainable_variables)
    assert any(np.any(after[path] != value) for path, value in before[other].items())


def test_average_of_the_generator_by_hand():
    """After step n the share of the old average is min(ema_decay, n / (n + 10))."""
    trainer = make_trainer({**PIX2PIXHD, "train.ema_decay": 0.1, "train.learning_rate": 0.1})
    generator, average = trainer.generator.to_image, trainer.state.ema_generator.to_image
    expected = generator.kernel.numpy()
    np.testing.assert_array_equal(average.kernel.numpy(), expected)
    for share in (1 / 11, 0.1):
        trainer.train_step(make_batch())
        expected = share * expected + (1 - share) * generator.kernel.numpy()
        np.testing.assert_allclose(average.kernel.numpy(), expected, rtol=1e-5, atol=1e-7)


def test_synthesize_uses_averaged_weights_with_the_generators_statistics():
    trainer = make_trainer()
    trainer.train_step(make_batch())
    average = trainer.state.ema_generator
    image = trainer.synthesize({"label_map": make_batch()["label_map"]})
    assert image.shape == (2, 32, 32, 3)
    for a, b in zip(
        average.non_trainable_variables, trainer.generator.non_trainable_variables, strict=True
    ):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    average.to_image.kernel.assign(np.zeros(average.to_image.kernel.shape))
    average.to_image.bias.assign([0.5, 0.0, -0.5])
    image = trainer.synthesize({"label_map": make_batch()["label_map"]})
    np.testing.assert_allclose(image[0, 0, 0], np.tanh([0.5, 0.0, -0.5]), rtol=1e-6)


def test_same_seed_same_start():
    a, b, c = (make_trainer({"train.seed": seed}) for seed in (1, 1, 2))
    kernels = [t.generator.start.kernel.numpy() for t in (a, b, c)]
    np.testing.assert_array_equal(kernels[0], kernels[1])
    assert np.abs(kernels[0] - kernels[2]).max() > 1e-3
    # Two layers of one shape start differently.
    first, second = a.generator.blocks[:2]
    assert np.abs(first.conv_0.layer.kernel - second.conv_0.layer.kernel).max() > 1e-3


def test_default_batch_is_one_image_for_each_cpu(two_replicas):
    config = tiny_config({"train.batch_size": 0})
    assert global_batch_size(config, tf.distribute.OneDeviceStrategy("CPU:0")) == 1
    assert global_batch_size(config, two_replicas) == 2


@pytest.fixture
def no_network(monkeypatch):
    def fail(network, source):
        raise UserError(f"{source} cannot be downloaded")

    monkeypatch.setattr(trainer_module, "load_perceptual_weights", fail)


def test_without_a_network_auto_trains_without_the_term(no_network, caplog):
    trainer = make_trainer({**PIX2PIXHD, "losses.vgg_weight": 10.0})
    assert "G_VGG" not in trainer.term_names
    assert "training WITHOUT the perceptual loss (G_VGG)" in caplog.text
    assert "imagenet cannot be downloaded" in caplog.text


def test_without_a_network_imagenet_is_an_error(no_network):
    values = {**PIX2PIXHD, "losses.vgg_weight": 10.0, "losses.vgg_weights": "imagenet"}
    with pytest.raises(UserError, match="imagenet cannot be downloaded"):
        make_trainer(values)
