import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.losses import ADVERSARIAL_LOSSES, adversarial_loss

SOFTPLUS = {x: np.log1p(np.exp(x)) for x in (-3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0)}


def column(*values):
    """A logit map [batch, height, 1, 1] from one list of patches for each example."""
    return keras.ops.convert_to_tensor(np.float32(values)[:, :, None, None])


# Two scales, two examples; the first scale has two patches and the second one. By hand, a term is
# ((first + second) / 2 + only) / 2.
REAL = [column([2, 0], [0.5, -1]), column([-2], [3])]
FAKE = [column([1, -3], [0, -0.5]), column([-1], [2])]

EXPECTED = {
    # max(0, 1 - x), max(0, 1 + x), -x
    "hinge": {
        "real": [((0 + 1) / 2 + 3) / 2, ((0.5 + 2) / 2 + 0) / 2],
        "fake": [((2 + 0) / 2 + 0) / 2, ((1 + 0.5) / 2 + 3) / 2],
        "generator": [((-1 + 3) / 2 + 1) / 2, ((0 + 0.5) / 2 - 2) / 2],
    },
    # (x - 1)^2, x^2, (x - 1)^2
    "least_squares": {
        "real": [((1 + 1) / 2 + 9) / 2, ((0.25 + 4) / 2 + 4) / 2],
        "fake": [((1 + 9) / 2 + 1) / 2, ((0 + 0.25) / 2 + 4) / 2],
        "generator": [((0 + 16) / 2 + 4) / 2, ((1 + 2.25) / 2 + 1) / 2],
    },
    # log(1 + exp(-x)), log(1 + exp(x)), log(1 + exp(-x))
    "original": {
        "real": [
            ((SOFTPLUS[-2] + SOFTPLUS[0]) / 2 + SOFTPLUS[2]) / 2,
            ((SOFTPLUS[-0.5] + SOFTPLUS[1]) / 2 + SOFTPLUS[-3]) / 2,
        ],
        "fake": [
            ((SOFTPLUS[1] + SOFTPLUS[-3]) / 2 + SOFTPLUS[-1]) / 2,
            ((SOFTPLUS[0] + SOFTPLUS[-0.5]) / 2 + SOFTPLUS[2]) / 2,
        ],
        "generator": [
            ((SOFTPLUS[-1] + SOFTPLUS[3]) / 2 + SOFTPLUS[1]) / 2,
            ((SOFTPLUS[0] + SOFTPLUS[0.5]) / 2 + SOFTPLUS[-2]) / 2,
        ],
    },
    # -x, x, -x
    "wasserstein": {
        "real": [((-2 + 0) / 2 + 2) / 2, ((-0.5 + 1) / 2 - 3) / 2],
        "fake": [((1 - 3) / 2 - 1) / 2, ((0 - 0.5) / 2 + 2) / 2],
        "generator": [((-1 + 3) / 2 + 1) / 2, ((0 + 0.5) / 2 - 2) / 2],
    },
}


@pytest.mark.parametrize("name", EXPECTED)
def test_hand_computed(name):
    loss = adversarial_loss(name)
    real, fake = loss.discriminator(REAL, FAKE)
    np.testing.assert_allclose(real, EXPECTED[name]["real"], rtol=1e-6)
    np.testing.assert_allclose(fake, EXPECTED[name]["fake"], rtol=1e-6)
    np.testing.assert_allclose(loss.generator(FAKE), EXPECTED[name]["generator"], rtol=1e-6)


@pytest.mark.parametrize("shape", [(2,), (2, 1), (2, 3, 5, 1)])
def test_any_logit_shape_gives_one_number_per_example(shape):
    logits = np.zeros(shape, "float32")
    logits[1] = 3.0
    np.testing.assert_allclose(adversarial_loss("hinge").generator([logits]), [0.0, -3.0])


@pytest.mark.parametrize("name", EXPECTED)
def test_float16_logits_are_computed_in_float32(name):
    # In float16 the square of 300 is infinite, and so is the sum over 4096 patches.
    loss = adversarial_loss(name)
    logits = np.full((1, 64, 64, 1), 300.0, "float16")
    for term in (*loss.discriminator([logits], [logits]), loss.generator([logits])):
        assert keras.backend.standardize_dtype(term.dtype) == "float32"
        assert np.all(np.isfinite(term))
    half = loss.generator([logits])
    np.testing.assert_allclose(half, loss.generator([logits.astype("float32")]), rtol=1e-6)


def test_hinge_gradients_are_flat_beyond_the_margins():
    real = tf.constant([[0.5], [1.5]])
    fake = tf.constant([[-0.5], [-1.5]])
    hinge = adversarial_loss("hinge")
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([real, fake])
        real_terms, fake_terms = hinge.discriminator([real], [fake])
        generator_terms = hinge.generator([fake])
    np.testing.assert_array_equal(tape.gradient(real_terms, real), [[-1.0], [0.0]])
    np.testing.assert_array_equal(tape.gradient(fake_terms, fake), [[1.0], [0.0]])
    # The generator goes on learning where the discriminator is content.
    np.testing.assert_array_equal(tape.gradient(generator_terms, fake), [[-1.0], [-1.0]])


def test_original_is_finite_for_confident_logits():
    loss = adversarial_loss("original")
    real, fake = loss.discriminator([np.float32([[-200.0]])], [np.float32([[200.0]])])
    np.testing.assert_allclose([real[0], fake[0]], [200.0, 200.0])


def test_short_names_are_the_same_losses():
    assert ADVERSARIAL_LOSSES["ls"] is ADVERSARIAL_LOSSES["least_squares"]
    assert ADVERSARIAL_LOSSES["w"] is ADVERSARIAL_LOSSES["wasserstein"]


def test_unknown_name():
    with pytest.raises(UserError, match="'hing'.*hinge, least_squares"):
        adversarial_loss("hing")
