import math

import keras
import numpy as np
import pytest

from spade_tf.config import Config, replace
from spade_tf.models import StyleEncoder, build_encoder, reparameterize


def test_has_as_many_weights_as_the_published_network():
    convolutions = 9 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 2 * 512 * 512)
    heads = 2 * (4 * 4 * 512 + 1) * 256
    with keras.StatelessScope(initialize_variables=False):
        encoder = build_encoder(replace(Config(), "model.latent_dim", 256))
    keras.backend.clear_session()
    assert encoder.count_params() == convolutions + heads + sum(
        c.vector_u.shape[0] + c.vector_v.shape[0] for c in encoder.convolutions
    )
    assert encoder.widths == [64, 128, 256, 512, 512, 512]


@pytest.mark.parametrize(
    ("image_size", "widths"),
    [(8, [2]), (64, [2, 4, 8, 16]), (512, [2, 4, 8, 16, 16, 16, 16])],
)
def test_image_of_any_size_to_mean_and_log_variance(image_size, widths):
    encoder = StyleEncoder(latent_dim=3, base_width=2, image_size=image_size)
    encoder.build()
    assert encoder.widths == widths
    image = np.random.default_rng(0).uniform(-1, 1, (2, 20, 50, 3)).astype("float32")
    mean, log_variance = encoder(image)
    assert mean.shape == log_variance.shape == (2, 3)
    assert np.abs(mean - log_variance).max() > 1e-6  # two heads of their own


def test_style_of_a_photograph_does_not_depend_on_the_batch():
    encoder = StyleEncoder(latent_dim=3, base_width=2, image_size=16)
    encoder.build()
    images = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 3)).astype("float32")
    np.testing.assert_allclose(encoder(images)[0][1:2], encoder(images[1:2])[0], atol=1e-6)


def test_heads_are_float32_under_mixed_precision():
    encoder = StyleEncoder(latent_dim=3, base_width=2, image_size=16, dtype="mixed_float16")
    encoder.build()
    mean, log_variance = encoder(np.zeros((1, 16, 16, 3), "float32"))
    assert mean.dtype == log_variance.dtype == "float32"


def test_reparameterize():
    """Log variance ln 4 is standard deviation 2."""
    mean = np.array([[1.0, 1.0, -3.0]], "float32")
    log_variance = np.array([[math.log(4), 0.0, math.log(4)]], "float32")
    noise = np.array([[0.5, 0.5, -1.0]], "float32")
    np.testing.assert_allclose(
        reparameterize(mean, log_variance, noise), [[2.0, 1.5, -5.0]], rtol=1e-6
    )
