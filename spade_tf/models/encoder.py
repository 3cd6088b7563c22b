"""The style encoder: from a photograph to the distribution of its latent style."""

import math
from typing import Any

import keras
from keras import ops

from spade_tf.layers import ParameterFreeNorm, SpectralNormalization
from spade_tf.layers.initializers import xavier_normal
from spade_tf.layers.resampling import pad

MULTIPLIERS = (1, 2, 4, 8, 8, 8)
"""Widths of the layers in units of the base width; further layers keep the last."""


@keras.saving.register_keras_serializable("spade_tf")
class StyleEncoder(keras.Model):
    """3x3 convolutions with stride 2 down to 4x4, then two linear heads (SPADE paper, Figure 14).

    Input: float image `[batch, height, width, 3]`, -1..1, of any size; scaled to
    `image_size x image_size` (bilinear).
    Returns: `(mean, log_variance)`, float32 `[batch, latent_dim]`.
    """

    def __init__(
        self, latent_dim: int = 256, base_width: int = 64, image_size: int = 256, **kwargs: Any
    ):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        self.base_width = base_width
        self.image_size = image_size
        count = int(math.log2(image_size)) - 2
        self.widths = [base_width * MULTIPLIERS[min(i, len(MULTIPLIERS) - 1)] for i in range(count)]
        self.convolutions = [
            SpectralNormalization(
                keras.layers.Conv2D(
                    width,
                    3,
                    strides=2,
                    use_bias=False,
                    kernel_initializer=xavier_normal(),
                    dtype=self.dtype_policy,
                    name=f"conv_{index}",
                ),
                dtype=self.dtype_policy,
                name=f"conv_{index}",
            )
            for index, width in enumerate(self.widths)
        ]
        self.norms = [
            ParameterFreeNorm("instance", dtype=self.dtype_policy, name=f"norm_{index}")
            for index in range(count)
        ]
        self.mean = self._head("mean")
        self.log_variance = self._head("log_variance")

    def _head(self, name: str) -> keras.layers.Dense:
        return keras.layers.Dense(
            self.latent_dim, kernel_initializer=xavier_normal(), dtype="float32", name=name
        )

    def build(self, input_shape: Any = None) -> None:
        shape: tuple = (None, None, None, 3)
        for convolution, norm, width in zip(
            self.convolutions, self.norms, self.widths, strict=True
        ):
            convolution.build(shape)
            shape = (None, None, None, width)
            norm.build(shape)
        self.mean.build((None, 16 * self.widths[-1]))
        self.log_variance.build((None, 16 * self.widths[-1]))
        self.built = True

    def call(self, image: Any, training: bool | None = None) -> tuple[Any, Any]:
        x = ops.image.resize(image, (self.image_size, self.image_size), interpolation="bilinear")
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = norm(convolution(pad(x, 1), training=training), training=training)
            x = ops.leaky_relu(x, 0.2)
        x = ops.cast(ops.reshape(x, (-1, 16 * self.widths[-1])), "float32")
        return self.mean(x), self.log_variance(x)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "latent_dim": self.latent_dim,
            "base_width": self.base_width,
            "image_size": self.image_size,
        }


def reparameterize(mean: Any, log_variance: Any, noise: Any) -> Any:
    """A latent of the distribution: z = mean + exp(log_variance / 2) * noise.

    All `[batch, latent_dim]`; `noise` is standard normal (Kingma and Welling 2014, section 2.4).
    """
    return mean + ops.exp(0.5 * log_variance) * noise
