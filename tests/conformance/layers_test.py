"""What every layer must do, swept over all of them."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import (
    CLADE,
    SPADE,
    Concat,
    DoublingConv2D,
    LayoutLayer,
    LayoutPyramid,
    NormalisedConv,
    NormalisedResidualBlock,
    ParameterFreeNorm,
    ResidualBlock,
    SpectralNormalization,
    Unmodulated,
)
from spade_tf.layers.refinement_module import RefinementModule

LABELS = 5
IMAGE = (6, 6, 4)


class Case(NamedTuple):
    make: Callable[[], keras.layers.Layer]
    shape: tuple = IMAGE  # of x, without the batch
    no_gradient: tuple = ()  # weights whose gradient is zero by design


CASES = {
    "sync_batch": Case(lambda: ParameterFreeNorm("sync_batch")),
    "instance": Case(lambda: ParameterFreeNorm("instance")),
    "spade": Case(lambda: SPADE(LABELS, hidden_width=6)),
    "spade_1x1_instances": Case(lambda: SPADE(LABELS, True, hidden_width=6, kernel_size=1)),
    "spade_neighbourhoods": Case(
        lambda: SPADE(LABELS, True, hidden_width=6, modulation="neighbourhoods")
    ),
    "spade_5x5_instance_norm": Case(
        lambda: SPADE(LABELS, hidden_width=6, kernel_size=5, param_free_norm="instance")
    ),
    "clade": Case(lambda: CLADE(LABELS)),
    "clade_instances": Case(lambda: CLADE(LABELS, has_instances=True)),
    "clade_icpe": Case(lambda: CLADE(LABELS, has_instances=True, use_positions=True)),
    "concat_instances": Case(lambda: Concat(LABELS, has_instances=True)),
    "unmodulated": Case(lambda: Unmodulated(LABELS)),
    "doubling_conv": Case(lambda: DoublingConv2D(3)),
    "normalised_conv": Case(
        lambda: NormalisedConv(3, Unmodulated(LABELS), resampling="double", spectral_norm=True)
    ),
    "normalised_block_concat": Case(
        lambda: NormalisedResidualBlock(
            Unmodulated(LABELS, param_free_norm="instance"), concat_layout=True
        ),
        no_gradient=("conv_0/conv/bias", "conv_1/conv/bias"),
    ),
    "spectral_conv": Case(lambda: SpectralNormalization(keras.layers.Conv2D(3, 3))),
    "spectral_dense": Case(
        lambda: SpectralNormalization(keras.layers.Dense(3), power_iterations=2), shape=(7,)
    ),
    # The normalisation that follows a convolution takes its bias away again.
    "block_spade": Case(
        lambda: ResidualBlock(3, SPADE(LABELS, hidden_width=6)), no_gradient=("conv_0/conv/bias",)
    ),
    "block_spade_convolutions": Case(
        lambda: ResidualBlock(3, SPADE(LABELS, hidden_width=6, modulation="convolutions")),
        no_gradient=("conv_0/conv/bias",),
    ),
    "block_clade_instances": Case(
        lambda: ResidualBlock(4, CLADE(LABELS, has_instances=True)),
        no_gradient=("conv_0/conv/bias",),
    ),
    "refinement_module": Case(lambda: RefinementModule(3)),
    "block_plain": Case(
        lambda: ResidualBlock(6, CLADE(LABELS), spectral_norm=False), no_gradient=("conv_0/bias",)
    ),
}


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture
def policy(request):
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy("float32")


@keras.saving.register_keras_serializable("tests")
class Wrapping(keras.Model):
    """The smallest model around one layer: reads a batch, makes the pyramid."""

    def __init__(self, layer, **kwargs):
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape):
        if not self.layer.built:
            self.layer.build(input_shape["x"])

    def call(self, batch, training=None):
        x = batch["x"]
        if not isinstance(self.layer, LayoutLayer):
            return self.layer(x, training=training)
        maps = batch["label_map"], LABELS, batch["instance_map"], batch["position_map"]
        return self.layer(x, LayoutPyramid(*maps), training=training)

    def get_config(self):
        return {
            **super().get_config(),
            "layer": keras.saving.serialize_keras_object(self.layer),
        }

    @classmethod
    def from_config(cls, config):
        return cls(**{**config, "layer": keras.saving.deserialize_keras_object(config["layer"])})


def make_batch(case, size=8):
    rng = np.random.default_rng(1)
    return {
        "x": rng.normal(1, 2, (size, *case.shape)).astype("float32"),
        "label_map": rng.integers(0, LABELS, (size, 12, 12)).astype("int32"),
        "instance_map": rng.integers(0, 3, (size, 12, 12)).astype("int32"),
        "position_map": rng.uniform(-1, 1, (size, 12, 12, 2)).astype("float32"),
    }


def make_model(case, batch, seed=2):
    """A model whose weights are large enough for every part to show in the output."""
    model = Wrapping(case.make())
    model(batch)
    rng = np.random.default_rng(seed)
    for variable in model.variables:
        low = 0.5 if "variance" in variable.path else -0.5
        variable.assign(rng.uniform(low, 1, variable.shape))
    return model


def gradients_of(model, batch):
    """Training output and the gradients of its sum weighted by x's first channel."""
    with tf.GradientTape() as tape:
        output = model(batch, training=True)
        weights = tf.cos(3 * tf.range(tf.size(output[0]), dtype="float32"))
        images = tf.reshape(tf.cast(output, "float32"), (-1, tf.size(output[0])))
        scale = 1 + tf.reshape(batch["x"], (tf.shape(images)[0], -1))[:, :1] ** 2
        loss = tf.reduce_sum(images * weights * scale)
    return output, tape.gradient(loss, [v.value for v in model.trainable_variables])


def test_config_round_trip(case):
    layer = case.make()
    config = layer.get_config()
    assert type(layer).from_config(config).get_config() == config
    assert layer.get_config() == config  # from_config took nothing out of it


def test_builds_from_the_shape_of_x_alone(case):
    batch = make_batch(case)
    layer = case.make()
    unknown = (None,) * len(case.shape)
    layer.build((*unknown, case.shape[-1]))
    names = {v.path for v in layer.variables}
    output = Wrapping(layer)(batch)
    assert {v.path for v in layer.variables} == names
    assert layer.compute_output_shape((8, *case.shape)) == output.shape


# A .keras file holds a .weights.h5 file, beside the config.
@pytest.mark.parametrize("name", ["model.keras", "checkpoint"])
def test_save_and_load(case, name, tmp_path):
    batch = make_batch(case)
    model, path = make_model(case, batch), str(tmp_path / name)
    if name == "model.keras":
        model.save(path)
        loaded = keras.models.load_model(path)
    else:
        loaded = make_model(case, batch, seed=3)
        saved = tf.train.Checkpoint(model=model).write(path)
        tf.train.Checkpoint(model=loaded).read(saved).assert_consumed()
    assert len(loaded.variables) == len(model.variables)
    for before, after in zip(model.variables, loaded.variables, strict=True):
        np.testing.assert_array_equal(before.numpy(), after.numpy())
    np.testing.assert_array_equal(model(batch), loaded(batch))


def test_every_weight_gets_a_gradient(case):
    batch = make_batch(case)
    model = make_model(case, batch)
    _, gradients = gradients_of(model, batch)
    for variable, gradient in zip(model.trainable_variables, gradients, strict=True):
        assert gradient is not None, variable.path
        if variable.path.endswith(case.no_gradient or "-"):
            assert np.abs(gradient).max() < 1e-3, variable.path
        else:
            assert np.abs(gradient).max() > 0.1, variable.path


@pytest.mark.parametrize(
    "name", ["sync_batch", "instance", "clade_icpe", "block_spade_convolutions"]
)
def test_compiled_equals_eager(name):
    case = CASES[name]
    batch = make_batch(case)
    model, compiled = make_model(case, batch), make_model(case, batch)
    expected = model(batch, training=True)
    run = tf.function(lambda batch: compiled(batch, training=True), jit_compile=True)
    np.testing.assert_allclose(run(batch), expected, rtol=1e-4, atol=1e-4)
    for a, b in zip(model.variables, compiled.variables, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-5, atol=1e-5)


def test_two_replicas_equal_one(case, two_replicas):
    batch = make_batch(case)
    model = make_model(case, batch)
    with two_replicas.scope():
        replicated = make_model(case, batch)
    output, gradients = gradients_of(model, batch)

    def shard(context):
        start = 4 * context.replica_id_in_sync_group
        return {key: tf.constant(value[start : start + 4]) for key, value in batch.items()}

    def replica(shard):
        output, gradients = gradients_of(replicated, shard)
        context = tf.distribute.get_replica_context()
        return output, [context.all_reduce("SUM", g) for g in gradients]

    shards = two_replicas.experimental_distribute_values_from_function(shard)
    outputs, sums = two_replicas.run(replica, (shards,))
    results = two_replicas.experimental_local_results
    np.testing.assert_allclose(tf.concat(results(outputs), 0), output, rtol=1e-4, atol=1e-4)
    for variable, gradient, summed in zip(model.trainable_variables, gradients, sums, strict=True):
        # Where the true gradient is zero, large terms cancel and leave their rounding.
        zero = variable.path.endswith(case.no_gradient or "-")
        tolerance = 1e-3 if zero else 2e-5 * max(1.0, np.abs(gradient).max())
        np.testing.assert_allclose(results(summed)[0], gradient, atol=tolerance)
    for one, two in zip(model.variables, replicated.variables, strict=True):
        first, second = results(two.value)
        np.testing.assert_array_equal(first, second)  # running statistics, u and v
        np.testing.assert_allclose(first, one.numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"], indirect=True)
def test_mixed_precision(case, policy):
    batch = make_batch(case)
    model = make_model(case, batch)
    output, gradients = gradients_of(model, batch)
    assert output.dtype == policy.removeprefix("mixed_")
    assert all(v.dtype == "float32" for v in model.variables)
    assert all(np.isfinite(g).all() for g in gradients)

    keras.config.set_dtype_policy("float32")
    expected = make_model(case, batch)(batch, training=True)
    error = tf.reduce_max(tf.abs(tf.cast(output, "float32") - expected))
    precision = 2**-11 if policy == "mixed_float16" else 2**-8
    assert error < 10 * precision * tf.reduce_max(tf.abs(expected))
