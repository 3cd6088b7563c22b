import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.training import Trainer
from spade_tf.training import trainer as trainer_module
from tests.tiny_config import tiny_config

LABELS = 5
# Steps that change weights in proportion to their gradients; Adam's own divide each by itself.
PROPORTIONAL = {"train.learning_rate": 0.1, "train.adam_epsilon": 1.0}
CLADE = {"model.norm": "clade"}  # takes half of SPADE's time


@pytest.fixture
def compiled():
    """For a test whose functions are compiled."""


@pytest.fixture(autouse=True)
def eager(request):
    """Compiling a step takes half a minute, running it uncompiled two seconds."""
    tf.config.run_functions_eagerly("compiled" not in request.fixturenames)
    yield
    tf.config.run_functions_eagerly(False)


def make_batch(size=2, seed=1):
    rng = np.random.default_rng(seed)
    return {
        "label_map": rng.integers(0, LABELS, (size, 32, 32)).astype("int32"),
        "instance_map": np.kron(rng.integers(0, 3, (size, 4, 4)), np.ones((8, 8))).astype("int32"),
        "image": rng.uniform(-1, 1, (size, 32, 32, 3)).astype("float32"),
    }


def make_trainer(values=None, **arguments):
    return Trainer(tiny_config({**CLADE, **(values or {})}), **arguments)


def values_of(variables):
    return {v.path: v.numpy() for v in variables}


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, ["G_GAN", "G_GAN_Feat", "D_Fake", "D_Real"]),
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
@pytest.mark.parametrize(
    "values",
    [
        {**CLADE, "discriminator.num_scales": 2, "data.has_instances": True},
        {"model.latent_dim": 3, "losses.kl_weight": 10.0},
    ],
)
def test_two_replicas_of_4_train_as_one_of_8(two_replicas, values):
    """One step; with beta_1 = 0 Adam's momentum is the gradient, its velocity the squared one."""
    config = tiny_config({**PROPORTIONAL, "train.batch_size": 8, **values})
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
    networks = ["generator", "discriminator", "ema_generator", "encoder"]
    for name in networks if one.encoder else networks[:-1]:
        compare(name, lambda v: v.numpy(), rtol=1e-4, atol=1e-6)
    moved = [np.abs(v.numpy() - start[v.path]).max() for v in one.generator.trainable_variables]
    assert max(moved) > 1e-3


def test_noise_is_the_replicas_rows_of_the_global_noise(two_replicas):
    values = {"model.latent_dim": 3, "train.batch_size": 4}
    one = make_trainer(values)
    two = make_trainer(values, strategy=two_replicas)
    step = tf.constant(7, tf.int64)
    whole = one.strategy.run(one.steps._noise, (step, 1))
    halves = two_replicas.experimental_local_results(two_replicas.run(two.steps._noise, (step, 1)))
    np.testing.assert_array_equal(np.concatenate([np.array(half) for half in halves]), whole)
    assert whole.shape == (4, 3)
    others = [one.strategy.run(one.steps._noise, other) for other in ((step, 0), (step + 1, 1))]
    assert all(np.abs(other - whole).max() > 0.1 for other in others)  # every turn has its own


@pytest.mark.parametrize(("ttur", "rates"), [(True, (1e-4, 4e-4)), (False, (2e-4, 2e-4))])
def test_rates_of_two_time_scales(ttur, rates):
    state = make_trainer({"train.ttur": ttur}).state
    actual = [state.generator_optimizer.learning_rate, state.discriminator_optimizer.learning_rate]
    np.testing.assert_allclose(actual, rates, rtol=1e-6)


@pytest.mark.parametrize("precision", ["float32", "mixed_float16"])
def test_rates_follow_the_images_seen(precision):
    """4 epochs of 10 images, the last 2 in decay: factors 1, 1, 1, 1/2."""
    values = {"train.epochs": 4, "train.decay_epochs": 2, "train.precision": precision}
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
    trainer = make_trainer({"train.discriminator_steps": 2})
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


def test_accumulated_steps_equal_one_with_the_mean_gradient():
    values = {
        **PROPORTIONAL,
        # Spectral vectors and running statistics move at every step; without them two steps on
        # one batch have the same gradients.
        "model.spectral_norm": False,
        "discriminator.spectral_norm": False,
    }
    one = make_trainer(values)
    two = make_trainer({**values, "train.gradient_accumulation": 2})
    before = values_of(two.generator.trainable_variables)
    batch = make_batch()
    one.train_step(batch)
    two.train_step(batch)
    for variable in two.generator.trainable_variables:
        np.testing.assert_array_equal(variable.numpy(), before[variable.path])
    two.train_step(batch)
    for network in ("generator", "discriminator"):
        for a, b in zip(
            getattr(one, network).trainable_variables,
            getattr(two, network).trainable_variables,
            strict=True,
        ):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-4, atol=1e-6, err_msg=a.path)
    moved = [np.abs(v.numpy() - before[v.path]).max() for v in two.generator.trainable_variables]
    assert max(moved) > 1e-4


@pytest.mark.slow
def test_two_replicas_accumulate_as_one_and_continue_in_the_middle(two_replicas, tmp_path):
    values = {**PROPORTIONAL, "train.gradient_accumulation": 2}
    one, two = make_trainer(values), make_trainer(values, strategy=two_replicas)
    start = values_of(one.generator.trainable_variables)

    def step_both(seed):
        for trainer in (one, two):
            trainer.train_step(make_batch(seed=seed))
        states = (trainer.state for trainer in (one, two))
        alone, together = (
            values_of(state.generator.variables + state.generator_optimizer.variables)
            for state in states
        )
        for path, value in alone.items():
            atol = 1e-3 * np.abs(value).max() + 1e-6
            np.testing.assert_allclose(together[path], value, atol=atol, err_msg=path)
        return together

    middle = step_both(seed=1)
    waiting = [value for path, value in middle.items() if "gradient_accumulator" in path]
    assert len(waiting) == len(start)
    assert max(np.abs(value).max() for value in waiting) > 1e-3
    for path, value in start.items():
        np.testing.assert_array_equal(middle[path], value, err_msg=path)
    one.train_step(make_batch(seed=3))  # which the state of the two undoes
    saved = two.state.checkpoint().write(str(tmp_path / "middle"))
    one.state.checkpoint().read(saved).assert_consumed()
    end = step_both(seed=2)
    assert max(np.abs(end[path] - value).max() for path, value in start.items()) > 1e-3


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
        make_trainer().train_step(make_batch(3))


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(precision):
    values = {"train.precision": precision, "model.latent_dim": 3}
    trainer = make_trainer(values)
    before = values_of(trainer.generator.trainable_variables)
    history = [trainer.train_step(make_batch()) for _ in range(2)]
    exact = make_trainer({"model.latent_dim": 3}).train_step(make_batch())
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
    trainer = make_trainer({"train.precision": "mixed_float16"})
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
    trainer = make_trainer({"train.ema_decay": 0.1, "train.learning_rate": 0.1})
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
    values = {"train.batch_size": 0}
    assert make_trainer(values).batch_size == 1
    assert make_trainer(values, strategy=two_replicas).batch_size == 2


@pytest.fixture
def no_network(monkeypatch):
    def fail(network, source):
        raise UserError(f"{source} cannot be downloaded")

    monkeypatch.setattr(trainer_module, "load_perceptual_weights", fail)


def test_without_a_network_auto_trains_without_the_term(no_network, caplog):
    trainer = make_trainer({"losses.vgg_weight": 10.0})
    assert "G_VGG" not in trainer.term_names
    assert "training WITHOUT the perceptual loss (G_VGG)" in caplog.text
    assert "imagenet cannot be downloaded" in caplog.text


def test_without_a_network_imagenet_is_an_error(no_network):
    values = {"losses.vgg_weight": 10.0, "losses.vgg_weights": "imagenet"}
    with pytest.raises(UserError, match="imagenet cannot be downloaded"):
        make_trainer(values)


def batches(count):
    """An endless-enough stream of different batches."""
    examples = [make_batch(seed=index) for index in range(count)]
    stacked = {key: np.stack([e[key] for e in examples]) for key in examples[0]}
    return tf.data.Dataset.from_tensor_slices(stacked)


@pytest.mark.slow
def test_steps_in_one_call_equal_single_calls(compiled, tmp_path):
    """Three steps in one call, and three calls from the same state: bit for bit."""
    trainer = make_trainer({"model.latent_dim": 3})
    state = trainer.state.checkpoint()
    start = state.write(str(tmp_path / "start"))

    def run(calls):
        state.read(start).assert_consumed()
        iterator = iter(trainer.strategy.experimental_distribute_dataset(batches(3)))
        terms = [trainer.run(iterator, steps) for steps in calls]
        variables = trainer.generator.variables + trainer.state.discriminator_optimizer.variables
        return {name: np.concatenate([t[name] for t in terms]) for name in terms[0]}, values_of(
            variables
        )

    terms, variables = run([3])
    assert list(terms) == trainer.term_names
    assert int(trainer.state.step) == 3
    assert int(trainer.state.images_seen) == 6
    again, same_variables = run([1, 1, 1])
    for name, values in terms.items():
        assert len(set(values)) == 3
        np.testing.assert_array_equal(values, again[name])
    for path, value in variables.items():
        np.testing.assert_array_equal(value, same_variables[path], err_msg=path)


@pytest.mark.slow
def test_xla_equals_eager(compiled):
    values = {
        **PROPORTIONAL,
        "discriminator.num_layers": 1,
        "train.discriminator_fake": "shared",  # less to compile
    }
    xla = make_trainer({**values, "train.jit_compile": True})
    plain = make_trainer(values)
    losses = xla.train_step(make_batch())

    tf.config.run_functions_eagerly(True)
    assert losses == pytest.approx(plain.train_step(make_batch()), rel=1e-4, abs=1e-5)
    for a, b in zip(xla.generator.variables, plain.generator.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-3, atol=1e-4, err_msg=a.path)


def test_keras_policy_is_left_alone():
    make_trainer({"train.precision": "mixed_float16"})
    assert keras.config.dtype_policy().name == "float32"
