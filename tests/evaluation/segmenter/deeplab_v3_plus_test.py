import keras
import numpy as np
import pytest
import tensorflow as tf

from spade_tf.evaluation.segmenter.deeplab_v3_plus import build_deeplab_v3_plus


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    # Not narrower: with AVX-512, a gradient to the image through convolutions of 2 channels writes
    # past its memory (oneDNN, in TensorFlow 2.21), which ends the process half of the times.
    return build_deeplab_v3_plus(5, 16, 24, base_width=16)


@pytest.fixture
def images():
    return np.random.default_rng(0).uniform(-1, 1, (3, 16, 24, 3)).astype(np.float32)


def test_logits_at_the_images_size_and_features_of_the_whole(model, images):
    outputs = model(images)
    assert outputs["logits"].shape == (3, 16, 24, 5)
    assert outputs["features"].shape == (3, 64)
    assert np.ptp(outputs["logits"]) > 0.1


def test_an_image_is_judged_alike_in_any_batch(model, images):
    together, alone = model(images)["logits"], model(images[1:2])["logits"]
    np.testing.assert_allclose(together[1:2], alone, atol=1e-5)
    # In training the batch's own statistics count.
    learning = model(images, training=True)["logits"]
    assert np.abs(learning - model(images)["logits"]).max() > 0.01


def test_every_weight_learns(model, images):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(images, training=True)["logits"] ** 2)
    gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
    still = [
        variable.path
        for variable, gradient in zip(model.trainable_variables, gradients, strict=True)
        if gradient is None or not np.any(gradient)
    ]
    assert not still


def test_an_output_pixel_sees_the_whole_image(model, images):
    image = tf.constant(images[:1])
    with tf.GradientTape() as tape:
        tape.watch(image)
        corner = model(image)["logits"][0, 0, 0, 0]
    assert np.any(tape.gradient(corner, image)[0, -4:, -4:])


def test_sides_are_multiples_of_8():
    with pytest.raises(ValueError, match="images of 20x16: write sides that are multiples of 8"):
        build_deeplab_v3_plus(5, 16, 20)
