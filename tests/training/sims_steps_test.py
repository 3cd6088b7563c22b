import numpy as np
import pytest
import tensorflow as tf

from spade_tf.training import Trainer
from tests.tiny_config import tiny_config

VALUES = {
    "model.kind": "sims",
    "model.norm": "none",
    "model.init_gain": 1.0,
    "model.spatial_transformer": True,
    "losses.gan": "none",
    "data.height": 16,
    "data.width": 16,
    "train.learning_rate": 1e-3,
    "train.ttur": False,
}


def batch(count=2):
    random = np.random.default_rng(0)
    image = random.uniform(-1, 1, (count, 16, 16, 3)).astype(np.float32)
    label_map = random.integers(0, 5, (count, 16, 16)).astype(np.int32)
    canvas = np.concatenate([(image + 1) / 2, np.ones_like(image[..., :1])], axis=-1)
    segment = np.concatenate([np.roll(canvas[..., :3], 1, axis=2), canvas[..., 3:]], axis=-1)
    return {
        "label_map": label_map,
        "image": image,
        "canvas": canvas,
        "canvas_label_map": label_map,
        "segment": segment,
    }


@pytest.mark.slow
def test_learns_all_that_it_has():
    trainer = Trainer(tiny_config(VALUES))
    assert trainer.discriminator is None
    variables = trainer.generator.trainable_variables
    before = [variable.numpy() for variable in variables]
    tensors = {key: tf.constant(value) for key, value in batch().items()}
    terms = []
    for step in range(8):  # one by one: compiling takes longer
        found, image = trainer.strategy.run(
            trainer.steps.generator_step, (tensors, tf.constant(step, tf.int64))
        )
        terms.append({name: float(value) for name, value in found.items()})
    assert image.shape == (2, 16, 16, 3)
    assert list(terms[0]) == trainer.term_names == ["G_Image", "G_Semantic", "G_Transform"]
    for name in terms[0]:
        assert terms[-1][name] < terms[0][name], name
    # The transformer's last layer begins at 0: what is before it learns from the second step on.
    for variable, value in zip(variables, before, strict=True):
        assert (variable.numpy() != value).any(), variable.path
