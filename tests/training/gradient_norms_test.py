import numpy as np
import pytest
import tensorflow as tf

from spade_tf.training import Trainer
from spade_tf.training.gradient_norms import GradientNorms
from tests.tiny_config import tiny_config
from tests.training.small_batches import make_batch

pytestmark = pytest.mark.usefixtures("eager")

VALUES = {"model.norm": "clade", "model.latent_dim": 3}


def make_trainer(values=None, strategy=None):
    tiny = tiny_config({**VALUES, **(values or {}), "train.discriminator_fake": "shared"})
    return Trainer(tiny, strategy=strategy)


def measure(trainer):
    dataset = tf.data.Dataset.from_tensors(make_batch())
    batches = trainer.strategy.experimental_distribute_dataset(dataset)
    return GradientNorms(trainer)(next(iter(batches)))


def flat(gradients):
    parts = [np.ravel(tf.convert_to_tensor(g)) for g in gradients if g is not None]
    return np.concatenate(parts).astype(np.float64)


def applied(values):
    """The gradients that a real step gives to each optimizer, as one vector."""
    trainer = make_trainer(values)
    vectors = []
    trainer.steps._update = lambda tape, loss, variables, optimizer: vectors.append(
        flat(tape.gradient(loss, [v.value for v in variables], unconnected_gradients="zero"))
    )
    trainer.train_step(make_batch())
    return vectors


@pytest.mark.slow
def test_the_terms_norms_are_those_of_their_parts_of_a_real_step():
    """What a term adds to the gradient of the whole is the difference to a step without it."""
    everything, judge = applied({})
    alone, _ = applied({"losses.feature_matching_weight": 0.0, "losses.kl_weight": 0.0})
    without_kl, _ = applied({"losses.kl_weight": 0.0})
    parts = {
        "G_GAN": alone,
        "G_GAN_Feat": without_kl - alone,
        "G_KLD": everything - without_kl,
    }
    trainer = make_trainer()
    norms = measure(trainer)
    assert list(norms) == trainer.term_names
    for name, vector in parts.items():
        assert norms[name] == pytest.approx(np.linalg.norm(vector), rel=1e-3), name
    assert len({round(norm, 6) for norm in norms.values()}) == len(norms)

    # The discriminator's two, from one pass after the generator's.
    steps, state = trainer.steps, trainer.state
    values = [variable.value for variable in state.discriminator.trainable_variables]
    step = tf.constant(0, tf.int64)
    with tf.GradientTape() as tape:
        _, fake = steps.generator_terms(make_batch(), step, tape)
    with tf.GradientTape(persistent=True) as tape:
        terms = steps.discriminator_terms(make_batch(), fake)
        losses = {name: tf.reduce_sum(term) / 2 for name, term in terms.items()}
    fake_part, real_part = (flat(tape.gradient(losses[n], values)) for n in ("D_Fake", "D_Real"))
    np.testing.assert_allclose(fake_part + real_part, judge, rtol=1e-3, atol=1e-6)
    assert norms["D_Fake"] == pytest.approx(np.linalg.norm(fake_part), rel=1e-3)
    assert norms["D_Real"] == pytest.approx(np.linalg.norm(real_part), rel=1e-3)


@pytest.mark.slow
def test_two_replicas_measure_the_global_batch_and_change_nothing(two_replicas):
    """Also where blocks are recomputed, whose state is kept in a way of its own."""
    one, two = make_trainer(), make_trainer({"train.recompute": True}, two_replicas)
    state = two.state
    parts = (
        state.generator,
        state.discriminator,
        state.encoder,
        state.generator_optimizer,
        state.discriminator_optimizer,
    )
    before = [v.numpy().copy() for part in parts for v in part.variables]
    assert measure(two) == pytest.approx(measure(one), rel=1e-3)
    after = [v.numpy() for part in parts for v in part.variables]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)
