import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.inference import InferenceGenerator, winograd
from spade_tf.layers import CLADE, SPADE, ParameterFreeNorm
from spade_tf.models import Generator, build_generator
from tests.tiny_config import tiny_config

LABELS, LATENT = 5, 3

VARIANTS: dict[str, dict] = {
    "spade": {},
    "spade_1x1_instances": {
        "model.mask_kernel_size": 1,
        "data.has_instances": True,
        "model.upsampling": "more",
        "data.height": 64,
        "data.width": 128,
        "model.param_free_norm": "batch",
    },
    "spade_5x5_latent": {
        "model.mask_kernel_size": 5,
        "model.latent_dim": LATENT,
        "model.spectral_norm": False,
        "model.param_free_norm": "instance",
    },
    "clade_seven_doublings": {
        "model.norm": "clade",
        "model.upsampling": "most",
        "data.height": 128,
        "data.width": 128,
    },
    "clade_instances_latent": {
        "model.norm": "clade",
        "data.has_instances": True,
        "model.latent_dim": LATENT,
    },
    "clade_icpe": {"model.norm": "clade_icpe", "data.has_instances": True},
    "concat_instances": {"model.norm": "concat", "data.has_instances": True},
    "concat_latent_instance_norm": {
        "model.norm": "concat",
        "model.latent_dim": LATENT,
        "model.param_free_norm": "instance",
    },
    "clade_icpe_instance_norm": {
        "model.norm": "clade_icpe",
        "model.latent_dim": LATENT,
        "model.param_free_norm": "instance",
    },
}


def make_inputs(values, batch=2, seed=1):
    height, width = values.get("data.height", 32), values.get("data.width", 32)
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, LABELS, (batch, height // 8, width // 8)).astype("int32")
    inputs = {"label_map": blocks.repeat(8, axis=1).repeat(8, axis=2)}
    if values.get("data.has_instances"):
        inputs["instance_map"] = np.roll(inputs["label_map"], 3, axis=1)
    if values.get("model.norm") == "clade_icpe":
        inputs["position_map"] = rng.uniform(-1, 1, (batch, height, width, 2)).astype("float32")
    if values.get("model.latent_dim"):
        inputs["z"] = rng.normal(size=(batch, LATENT)).astype("float32")
    return inputs


@functools.cache
def trained(name):
    """A generator with weights that show, and with the statistics of one training step.

    Made once for all tests, which leave it as it is.
    """
    generator = build_generator(tiny_config(VARIANTS[name]))
    rng = np.random.default_rng(2)
    for variable in generator.trainable_variables:
        fan_in = np.prod(variable.shape[:-1])
        variable.assign(rng.normal(0, 0.5 / np.sqrt(fan_in), variable.shape))
    generator(make_inputs(VARIANTS[name]), training=True)
    return generator


@pytest.mark.parametrize("name", VARIANTS)
def test_paints_what_the_generator_paints(name):
    inputs = make_inputs(VARIANTS[name])
    generator = trained(name)
    model = InferenceGenerator(generator)
    expected = generator(inputs, training=False)
    assert np.std(expected) > 0.05
    image = model(inputs)
    assert image.dtype == "float32"
    np.testing.assert_allclose(image, expected, atol=1e-5)

    # The same layout in another style, which `prepare` knows nothing of.
    prepared = model.prepare({key: value for key, value in inputs.items() if key != "z"})
    z = -inputs["z"] if "z" in inputs else None
    expected = generator({**inputs, "z": z}, training=False)
    np.testing.assert_allclose(model.paint(prepared, z), expected, atol=1e-5)


@pytest.mark.parametrize("name", ["spade_1x1_instances", "clade_icpe_instance_norm"])
def test_by_winograd(name, monkeypatch):
    """Convolutions of more than one channel, all of which are too small to gain from it."""

    def count(model):
        return sum(isinstance(part, winograd.WinogradConvolution) for part in model.submodules)

    monkeypatch.setattr(winograd, "FEWEST_CHANNELS", 2)
    inputs = make_inputs(VARIANTS[name])
    generator = trained(name)
    model = InferenceGenerator(generator, winograd=True)
    assert count(model) >= 2 * len(generator.blocks)
    np.testing.assert_allclose(model(inputs), generator(inputs, training=False), atol=1e-5)
    assert count(InferenceGenerator(generator, winograd=False)) == 0


@pytest.mark.parametrize("name", ["spade", "spade_1x1_instances", "spade_5x5_latent"])
def test_by_convolutions(name):
    inputs = make_inputs(VARIANTS[name])
    generator = trained(name)
    image = InferenceGenerator(generator, modulation="convolutions")(inputs)
    np.testing.assert_allclose(image, generator(inputs, training=False), atol=1e-5)


def test_prepared_layouts_go_from_graph_to_graph():
    inputs = make_inputs(VARIANTS["spade_5x5_latent"])
    generator = trained("spade_5x5_latent")
    model = InferenceGenerator(generator)
    prepared = tf.function(model.prepare)(inputs)
    paint = tf.function(model.paint)
    for z in (inputs["z"], -inputs["z"]):
        expected = generator({**inputs, "z": z}, training=False)
        np.testing.assert_allclose(paint(prepared, z), expected, atol=1e-5)
    assert paint.experimental_get_tracing_count() == 1


@pytest.mark.parametrize(
    "name", ["spade_5x5_latent", "clade_icpe_instance_norm", "concat_latent_instance_norm"]
)
def test_one_layout_in_many_styles_and_one_style_of_many_layouts(name):
    inputs = make_inputs(VARIANTS[name], batch=3)
    generator = trained(name)
    model = InferenceGenerator(generator)

    def both(layouts, styles):
        """Painted with batches of 1 where asked, and as the generator does, all repeated."""
        layout = {key: value[layouts] for key, value in inputs.items() if key != "z"}
        images = model.paint(model.prepare(layout), inputs["z"][styles])
        repeated = {key: np.repeat(x, 3 // len(x), axis=0) for key, x in layout.items()}
        z = np.repeat(inputs["z"][styles], 3 // len(inputs["z"][styles]), axis=0)
        return images, generator({**repeated, "z": z}, training=False)

    one, every = slice(1), slice(3)
    np.testing.assert_allclose(*both(one, every), atol=1e-5)
    np.testing.assert_allclose(*both(every, one), atol=1e-5)


def test_any_batch_and_size_in_one_graph_which_numbers_each_size_once(monkeypatch):
    small, large = make_inputs({}), make_inputs({"data.height": 64, "data.width": 96}, batch=1)
    generator, found = trained("spade"), []
    expected = [generator(inputs, training=False) for inputs in (small, large)]
    from spade_tf.layers import neighbourhoods

    class Counted(neighbourhoods.Neighbourhoods):
        def __init__(self, *args):
            found.append(args)
            super().__init__(*args)

    monkeypatch.setattr(neighbourhoods, "Neighbourhoods", Counted)
    model = InferenceGenerator(generator)
    paint = tf.function(model, [{"label_map": tf.TensorSpec([None] * 3, tf.int32)}])
    for inputs, images in zip((small, large), expected, strict=True):
        np.testing.assert_allclose(paint(inputs), images, atol=1e-5)
    assert paint.experimental_get_tracing_count() == 1
    assert len(found) == 6  # 1, 2, 4, 8, 16 and 32 times the pixels of the start


@pytest.mark.slow
def test_compiled_by_xla():
    inputs = make_inputs(VARIANTS["spade_1x1_instances"])
    generator = trained("spade_1x1_instances")
    model = InferenceGenerator(generator, modulation="convolutions")
    image = tf.function(model, jit_compile=True)(inputs)
    np.testing.assert_allclose(image, generator(inputs, training=False), atol=1e-5)


@pytest.mark.parametrize(
    ("name", "modulation"),
    [
        ("spade", "neighbourhoods"),
        ("spade", "convolutions"),
        ("clade_icpe", "neighbourhoods"),
    ],
)
def test_bfloat16(name, modulation):
    inputs = make_inputs(VARIANTS[name])
    generator = trained(name)
    expected = np.array(generator(inputs, training=False))
    image = InferenceGenerator(generator, precision="bfloat16", modulation=modulation)(inputs)
    assert image.dtype == "float32"
    error = np.abs(image - expected)
    assert error.any()
    # Each of up to 17 convolutions in a row rounds by 2**-9 of its output, which is about 1.
    assert np.sqrt(np.mean(error**2)) < np.sqrt(17) * 2**-9


def test_weights_are_copies():
    inputs = make_inputs({})
    generator = trained.__wrapped__("spade")  # a generator of its own
    model = InferenceGenerator(generator)
    before = model(inputs)
    for variable in generator.variables:
        variable.assign(0 * variable)
    np.testing.assert_array_equal(model(inputs), before)
    assert not model.trainable_variables


def test_unknown_names():
    generator = build_generator(tiny_config())
    with pytest.raises(UserError, match="precision 'float16': expected one of float32, bfloat16"):
        InferenceGenerator(generator, precision="float16")
    with pytest.raises(UserError, match="modulation 'auto': expected one of neighbourhoods, lite"):
        InferenceGenerator(generator, modulation="auto")


@pytest.mark.parametrize(
    ("norm", "message"),
    [
        (SPADE(LABELS + 1, hidden_width=2), "made for 6 labels, but the layout has 5"),
        (CLADE(LABELS, has_instances=True), "reads instance edges, but the layout has no instance"),
        (CLADE(LABELS, use_positions=True), "positions, but the layout has no position_map"),
    ],
)
def test_layers_that_do_not_fit_are_refused_in_the_generators_words(norm, message):
    generator = Generator(norm, LABELS, height=32, width=32, base_width=2)
    generator.build()
    with pytest.raises(ValueError, match=message):
        generator(make_inputs({}), training=False)
    with pytest.raises(ValueError, match=message):
        InferenceGenerator(generator)


def test_a_missing_map_is_named():
    inputs = make_inputs(VARIANTS["clade_icpe"])
    generator = trained("clade_icpe")
    model = InferenceGenerator(generator)
    for key in inputs:
        some = {other: value for other, value in inputs.items() if other != key}
        with pytest.raises(KeyError, match=key):
            generator(some, training=False)
        with pytest.raises(KeyError, match=key):
            model(some)


@keras.saving.register_keras_serializable("tests")
class Plain(ParameterFreeNorm):
    """A norm that reads no layout."""

    def __call__(self, x, pyramid=None, training=None):
        return keras.layers.Layer.__call__(self, x, training=training)


def test_other_layers_are_refused():
    generator = Generator(Plain(), LABELS, height=32, width=32, base_width=2)
    generator.build()
    with pytest.raises(UserError, match="head_0_norm_0 is a Plain: only SPADE, CLADE and Concat"):
        InferenceGenerator(generator)
