"""What every network must do, swept over all of them."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.models import build_discriminator, build_encoder, build_generator
from tests.tiny_config import tiny_config
from tests.tiny_crn import CRN

LABELS = 5


class Case(NamedTuple):
    name: str
    build: Callable
    values: dict
    inputs: tuple  # keys of `make_batch`


GENERATORS: dict[str, dict] = {
    "spade": {},
    "spade_1x1_instances": {
        "model.mask_kernel_size": 1,
        "data.has_instances": True,
    },
    "spade_5x5_latent_instance_norm": {
        "model.mask_kernel_size": 5,
        "model.latent_dim": 3,
        "model.param_free_norm": "instance",
    },
    "clade_latent": {"model.norm": "clade", "model.latent_dim": 3},
    "clade_instances_batch_norm": {
        "model.norm": "clade",
        "data.has_instances": True,
        "model.param_free_norm": "batch",
    },
    "clade_icpe": {"model.norm": "clade_icpe"},
    "spade_concat": {"model.norm": "concat", "data.has_instances": True},
    "pix2pixhd_features": {
        "model.kind": "pix2pixhd",
        "model.norm": "none",
        "model.param_free_norm": "instance",
        "model.spectral_norm": False,
        "model.residual_blocks": 1,
        "model.latent_dim": 3,
        "data.has_instances": True,
    },
    "pix2pixhd_pp_spade": {"model.kind": "pix2pixhd_pp", "model.residual_blocks": 1},
    "crn": {**CRN, "data.has_instances": True},
}


def inputs_of(values):
    """The generator's inputs for a config."""
    optional = {
        "instance_map": values.get("data.has_instances"),
        "position_map": values.get("model.norm") == "clade_icpe",
        "z": values.get("model.latent_dim") or values.get("model.diversity"),
    }
    return ("label_map", *(key for key, used in optional.items() if used))


CASES = {
    **{
        name: Case(name, build_generator, values, inputs_of(values))
        for name, values in GENERATORS.items()
    },
    "discriminator": Case(
        "discriminator",
        build_discriminator,
        {
            "data.has_instances": True,
            "discriminator.num_scales": 2,
            "discriminator.num_layers": 3,
        },
        ("label_map", "instance_map", "image"),
    ),
    "encoder": Case("encoder", build_encoder, {"model.latent_dim": 3}, ("image",)),
}
FEW = ["spade_1x1_instances", "clade_icpe", "pix2pixhd_pp_spade", "crn", "discriminator", "encoder"]


@pytest.fixture(params=CASES)
def case(request):
    return CASES[request.param]


@pytest.fixture(params=FEW)
def one_of_few(request):
    return CASES[request.param]


def make_batch(case, size=4):
    rng = np.random.default_rng(1)
    batch = {
        "label_map": rng.integers(0, LABELS, (size, 32, 32)).astype("int32"),
        "instance_map": np.kron(rng.integers(0, 3, (size, 4, 4)), np.ones((8, 8))).astype("int32"),
        "position_map": rng.uniform(-1, 1, (size, 32, 32, 2)).astype("float32"),
        "z": rng.normal(size=(size, 3)).astype("float32"),
        "image": rng.uniform(-1, 1, (size, 32, 32, 3)).astype("float32"),
    }
    used = {key: batch[key] for key in case.inputs}
    return used["image"] if case.build is build_encoder else used


def make_model(case):
    """A model with statistics and spectral vectors that fit its weights, as after training."""
    keras.utils.set_random_seed(2)
    model = case.build(tiny_config(case.values))
    model(make_batch(case), training=True)
    return model


@functools.cache
def model_of(name):
    """The same, made once, for tests that leave it as it is."""
    return make_model(CASES[name])


def outputs(value):
    return [keras.ops.convert_to_numpy(x) for x in tf.nest.flatten(value)]


def assert_equal_outputs(actual, expected, **tolerance):
    for a, b in zip(outputs(actual), outputs(expected), strict=True):
        if tolerance:
            np.testing.assert_allclose(a, b, **tolerance)
        else:
            np.testing.assert_array_equal(a, b)


def test_config_round_trip(case):
    model = case.build(tiny_config(case.values))
    config = model.get_config()
    again = type(model).from_config(config)
    assert again.get_config() == config == model.get_config()
    again.build(None)
    assert [(v.path, v.shape) for v in again.variables] == [
        (v.path, v.shape) for v in model.variables
    ]
    assert len({v.path for v in model.variables}) == len(model.variables)


# A .keras file holds a .weights.h5 file, beside the config.
@pytest.mark.parametrize(
    ("name", "file"), [*((name, "model.keras") for name in FEW), ("clade_icpe", "model.weights.h5")]
)
def test_save_and_load(name, file, tmp_path):
    case = CASES[name]
    model, path, batch = model_of(name), str(tmp_path / file), make_batch(case)
    if file == "model.keras":
        model.save(path)
        loaded = keras.models.load_model(path)
    else:
        loaded = case.build(tiny_config(case.values))
        model.save_weights(path)
        loaded.load_weights(path)
    for before, after in zip(model.variables, loaded.variables, strict=True):
        np.testing.assert_array_equal(before.numpy(), after.numpy())
    assert_equal_outputs(loaded(batch, training=False), model(batch, training=False))


def test_two_replicas_equal_one(one_of_few, two_replicas):
    case = one_of_few
    batch = make_batch(case)
    with two_replicas.scope():
        replicated = case.build(tiny_config(case.values))
    for source, target in zip(model_of(case.name).variables, replicated.variables, strict=True):
        target.assign(source.numpy())
    model = make_model(case)
    expected = outputs(model(batch, training=True))

    def shard(context):
        start = 2 * context.replica_id_in_sync_group
        return tf.nest.map_structure(lambda x: tf.constant(x[start : start + 2]), batch)

    shards = two_replicas.experimental_distribute_values_from_function(shard)
    results = two_replicas.run(lambda shard: replicated(shard, training=True), (shards,))
    local = two_replicas.experimental_local_results
    for both, one in zip(tf.nest.flatten(results), expected, strict=True):
        np.testing.assert_allclose(tf.concat(local(both), 0), one, rtol=1e-3, atol=1e-3)
    for one, two in zip(model.variables, replicated.variables, strict=True):
        first, second = local(two.value)
        np.testing.assert_array_equal(first, second)
        np.testing.assert_allclose(first, one.numpy(), rtol=1e-4, atol=1e-6)


# The types differ by what Keras casts to; both are swept over layers.
@pytest.mark.parametrize(
    ("name", "precision"),
    [*((name, "mixed_float16") for name in FEW), ("clade_icpe", "mixed_bfloat16")],
)
def test_mixed_precision(name, precision):
    case = CASES[name]
    batch, model = make_batch(case), model_of(name)
    mixed = case.build(tiny_config({**case.values, "train.precision": precision}))
    for source, target in zip(model.variables, mixed.variables, strict=True):
        assert target.dtype == "float32"
        target.assign(source.numpy())
    expected, actual = outputs(model(batch)), outputs(mixed(batch))
    bits = 11 if precision == "mixed_float16" else 8
    for a, b in zip(actual, expected, strict=True):
        # Rounding adds up over up to 15 convolutions.
        assert np.abs(a.astype("float32") - b).max() < 15 * 2**-bits * max(1, np.abs(b).max())
    assert actual[-1].dtype == "float32"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["clade_icpe", "discriminator"])
def test_compiled_equals_eager(name):
    case = CASES[name]
    batch, model = make_batch(case), model_of(name)
    run = tf.function(lambda batch: model(batch, training=False), jit_compile=True)
    assert_equal_outputs(run(batch), model(batch, training=False), rtol=1e-4, atol=1e-4)


@pytest.mark.slow  # tests/export has the generators, with their whole contract
@pytest.mark.parametrize("name", ["discriminator", "encoder"])
def test_exported_model_gives_the_same(name, tmp_path):
    case = CASES[name]
    batch, model = make_batch(case), model_of(name)
    specs = tf.nest.map_structure(lambda x: tf.TensorSpec((None, *x.shape[1:]), x.dtype), batch)
    archive = keras.export.ExportArchive()
    archive.track(model)
    archive.add_endpoint(
        "serve",
        lambda inputs: tf.nest.flatten(model(inputs, training=False)),
        input_signature=[specs],
    )
    archive.write_out(str(tmp_path), verbose=False)
    loaded = tf.saved_model.load(str(tmp_path))
    first = tf.nest.map_structure(lambda x: x[:3], batch)  # another batch size than in training
    assert_equal_outputs(loaded.serve(first), model(first, training=False), rtol=1e-4, atol=1e-4)
