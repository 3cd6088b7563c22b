"""Kullback-Leibler divergence of the encoded style from the standard normal prior."""

from typing import Any

from keras import ops

Tensor = Any


def kl_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp(log_variance)) || N(0, 1)) summed over the latent, float32 `[batch]`.

    Kingma & Welling 2014, arXiv:1312.6114, appendix B.

    Args:
      mean: `[batch, latent_dim]`.
      log_variance: `[batch, latent_dim]`, natural logarithm of the variance.
    """
    mean = ops.cast(mean, "float32")
    log_variance = ops.cast(log_variance, "float32")
    # expm1 keeps the digits that exp(v) - 1 loses near the prior.
    divergence = ops.square(mean) + ops.expm1(log_variance) - log_variance
    return 0.5 * ops.sum(divergence, axis=-1)
