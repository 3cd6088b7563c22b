"""Five training iterations give the losses and the final state of the official code."""

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.models import build_discriminator, build_generator
from spade_tf.pytorch import load_state_dict
from spade_tf.training import Trainer
from tests.parity.vectors import Vectors

TERMS = ("G_GAN", "G_GAN_Feat", "D_Fake", "D_Real")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "compiled"), [("spade_training", True), ("clade_training", False)]
)
def test_training(name, compiled, agree, request):
    """One compiled, as for users; the other not, which takes less than half of the time."""
    tf.config.run_functions_eagerly(not compiled)
    request.addfinalizer(lambda: tf.config.run_functions_eagerly(False))
    vectors = Vectors(name)
    trainer = Trainer(vectors.config({"train.batch_size": 2}))
    load_state_dict(trainer.generator, vectors.state("init/G/"))
    load_state_dict(trainer.discriminator, vectors.state("init/D/"))
    batch = {**vectors.layout(), "image": vectors["in/real"]}
    for iteration, official in enumerate(vectors["out/losses"], start=1):
        terms = trainer.train_step(batch)
        for term, value in zip(TERMS, official, strict=True):
            agree(name, f"iteration {iteration}: {term}", terms[term], value, relative=1e-4)

    for part, build in (("G", build_generator), ("D", build_discriminator)):
        ours = trainer.generator if part == "G" else trainer.discriminator
        expected = build(trainer.config)
        load_state_dict(expected, vectors.state(f"final/{part}/"))
        pairs = list(zip(ours.variables, expected.variables, strict=True))
        for kind in ("weights", "vectors", "statistics"):
            mine, theirs = (
                [np.ravel(pair[i]) for pair in pairs if kind_of(pair[0].path) == kind]
                for i in (0, 1)
            )
            if mine:
                what = f"final {part}: {kind}"
                agree(name, what, np.concatenate(mine), np.concatenate(theirs), norm=1e-3)


def kind_of(path: str) -> str:
    """What a variable is: weights, vectors of spectral norm, or running statistics."""
    if "/moving_" in path:
        return "statistics"
    return "vectors" if "/vector_" in path else "weights"
