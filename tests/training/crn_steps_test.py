import numpy as np
import pytest
import tensorflow as tf
from absl import logging

from spade_tf.errors import UserError
from spade_tf.losses import VGG_WEIGHTS, diversity, perceptual
from spade_tf.training import Trainer
from spade_tf.training import trainer as trainer_module
from spade_tf.training.checkpoints import Checkpoints, load_generator
from spade_tf.training.workdir import Workdir
from tests.tiny_config import tiny_config
from tests.tiny_crn import CRN
from tests.training.small_batches import make_batch, values_of

pytestmark = pytest.mark.usefixtures("eager")

SMALL = {**CRN, "data.height": 16, "data.width": 16}


def make_trainer(values=None):
    return Trainer(tiny_config({**SMALL, **(values or {})}))


def test_every_image_is_compared_and_every_weight_learns():
    trainer, batch = make_trainer(), make_batch(side=16)
    before = values_of(trainer.generator.trainable_variables)
    images, network = trainer.generator.images(batch), trainer.steps.perceptual_network
    maps = [network(images[:, :, :, k]) for k in range(3)]
    layout = np.eye(5, dtype="float32")[batch["label_map"]]
    expected = diversity(
        [tf.stack(level, 1) for level in zip(*maps, strict=True)],
        network(batch["image"]),
        layout,
        VGG_WEIGHTS["crn_256"],
    )
    assert trainer.discriminator is None and trainer.term_names == ["G_VGG"]
    losses = trainer.train_step(batch)
    assert losses == {"G_VGG": pytest.approx(float(np.mean(expected)), rel=1e-4)}
    for variable in trainer.generator.trainable_variables:
        assert np.any(variable.numpy() != before[variable.path]), variable.path


def test_one_image_is_compared_as_it_is():
    trainer, batch = (
        make_trainer({"model.diversity": 1, "losses.vgg_maps": "crn_512"}),
        make_batch(side=16),
    )
    network = trainer.steps.perceptual_network
    fake = network(trainer.generator.images(batch)[:, :, :, 0])
    expected = perceptual(fake, network(batch["image"]), VGG_WEIGHTS["crn_512"])
    assert trainer.train_step(batch)["G_VGG"] == pytest.approx(np.mean(expected), rel=1e-4)


def test_other_generators_learn_without_a_discriminator_too():
    values = {"losses.gan": "none", "losses.vgg_weight": 1.0, "losses.vgg_weights": "none"}
    trainer = Trainer(tiny_config({**values, "model.norm": "clade"}))
    assert list(trainer.train_step(make_batch())) == trainer.term_names == ["G_VGG"]


def test_a_checkpoint_without_a_discriminator(tmp_path):
    trainer, workdir = make_trainer(), Workdir(tmp_path)
    trainer.train_step(make_batch(side=16))
    workdir.describe(trainer.config)
    Checkpoints(workdir, trainer.state, 1).save()
    again = make_trainer({"train.seed": 3})
    assert Checkpoints(workdir, again.state, 1).restore()
    assert int(again.state.step) == 1
    expected = values_of(trainer.state.generator_optimizer.variables)
    for path, value in values_of(again.state.generator_optimizer.variables).items():
        np.testing.assert_array_equal(value, expected[path])
    _, generator, encoder = load_generator(workdir)
    batch = make_batch(side=16)
    np.testing.assert_array_equal(generator(batch), trainer.state.ema_generator(batch))
    assert encoder is None


def test_only_some_layers_learn():
    trainer = make_trainer({"train.only_layers": "module_16, to_image"})
    before = values_of(trainer.generator.trainable_variables)
    trainer.train_step(make_batch(side=16))
    after = values_of(trainer.generator.trainable_variables)
    moved = {path.split("/")[1] for path in before if np.any(before[path] != after[path])}
    assert moved == {"module_16", "to_image"}
    slots = [v.path for v in trainer.state.generator_optimizer.variables]
    assert not [path for path in slots if "module_8" in path]


def test_layers_that_there_are_not():
    with pytest.raises(
        UserError, match="no module_512; write some of module_4, module_8, module_16"
    ):
        make_trainer({"train.only_layers": "module_512,to_image"})


def test_weights_that_cannot_be_had_are_an_error_where_nothing_else_is_learnt(monkeypatch):
    def fail(network, source):
        raise UserError("no network")

    monkeypatch.setattr(trainer_module, "load_perceptual_weights", fail)
    with pytest.raises(UserError, match="no network. With losses.gan=none no other term would be"):
        make_trainer({"losses.vgg_weights": "auto"})


def test_random_weights_are_said_loudly(monkeypatch):
    said = []
    monkeypatch.setattr(logging, "warning", lambda text, *_: said.append(text))
    make_trainer()
    assert (
        len(said) == 1 and "VGG19 of RANDOM weights is all that this model learns from" in said[0]
    )
