"""A SavedModel of our generator paints the same image in TensorFlow 2.15."""

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.models import build_generator
from tests.tiny_config import tiny_config

NUM_LABELS = 5
MODELS = {
    "spade by neighbourhoods": {"model.norm": "spade", "model.modulation": "neighbourhoods"},
    "spade by convolutions": {"model.norm": "spade", "model.modulation": "convolutions"},
    "spade with a latent": {"model.norm": "spade", "model.latent_dim": 8},
    "clade": {"model.norm": "clade"},
    "clade with a latent": {"model.norm": "clade", "model.latent_dim": 8},
    "clade with positions": {"model.norm": "clade_icpe"},
}


@pytest.mark.parametrize("model", MODELS)
def test_saved_model(model, tmp_path, reference, assert_agree):
    config = tiny_config(
        {
            "data.num_labels": NUM_LABELS,
            "data.has_instances": True,
            "model.init_gain": 1.0,
            **MODELS[model],
        }
    )
    generator = build_generator(config)
    inputs = random_inputs(config.has_positions, config.model.latent_dim)
    perturb(generator)
    generator(inputs, training=True)  # running statistics and spectral vectors
    image = np.asarray(generator(inputs, training=False))
    assert image.std(axis=(1, 2)).min() > 0.1  # a flat image would agree with any other

    export(generator, inputs, tmp_path / "model")
    theirs = reference("saved_model", path=np.array(str(tmp_path / "model")), **inputs)
    # The two runtimes sum in another order; 1e-5 is a thousandth of a grey level.
    assert_agree("image", image, theirs["image"], 1e-5)


def random_inputs(has_positions, latent_dim):
    """Three layouts of 4x4 squares."""
    rng = np.random.default_rng(0)
    labels, instances = (
        rng.integers(0, count, (3, 8, 8), "int32").repeat(4, axis=1).repeat(4, axis=2)
        for count in (NUM_LABELS, 3)
    )
    inputs = {"label_map": labels, "instance_map": instances}
    if has_positions:
        inputs["position_map"] = rng.uniform(-1, 1, (*labels.shape, 2)).astype("float32")
    if latent_dim:
        inputs["z"] = rng.normal(size=(3, latent_dim)).astype("float32")
    return inputs


def perturb(generator):
    """Leaves no weight at the zero or one it starts from."""
    rng = np.random.default_rng(1)
    for variable in generator.trainable_variables:
        variable.assign_add(rng.normal(0, 0.2, variable.shape))


def export(generator, inputs, path):
    """Writes the inference call as a SavedModel that takes any batch size."""
    module = tf.Module()
    module.generator = generator
    signature = {
        name: tf.TensorSpec((None, *value.shape[1:]), value.dtype, name)
        for name, value in inputs.items()
    }
    module.paint = tf.function(
        lambda inputs: {"image": generator(inputs, training=False)}, input_signature=[signature]
    )
    tf.saved_model.save(module, path, signatures=module.paint)
