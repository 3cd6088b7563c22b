"""The multi-scale patch discriminator."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers import (
    JointConv2D,
    LayoutPyramid,
    ParameterFreeNorm,
    SpectralNormalization,
)
from spade_tf.layers.initializers import xavier_normal
from spade_tf.layers.resampling import halve, pad

MAX_WIDTH = 512


@keras.saving.register_keras_serializable("spade_tf")
class PatchDiscriminator(keras.Model):
    """4x4 convolutions to one logit per patch (pix2pixHD paper, section 3.2).

    The first layer has stride 2 and no normalisation; the inner ones stride 2, the last of them
    1, with spectral and instance normalisation; then one channel of logits. Zeros are padded two
    wide on each side. Leaky ReLU with slope 0.2 everywhere but on the logits.

    Inputs: float layout `[batch, height, width, labels]` and image `[n * batch, height, width, 3]`;
    see `JointConv2D`, the first layer, for n. `use_bias` gives the normalised convolutions biases
    too, as pix2pixHD's have; the normalisation takes them away again.
    Returns: list of `num_layers` feature maps and the logits `[n * batch, h, w, 1]` (float32).
    """

    def __init__(
        self,
        base_width: int = 64,
        num_layers: int = 4,
        spectral_norm: bool = True,
        use_bias: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.base_width = base_width
        self.num_layers = num_layers
        self.spectral_norm = spectral_norm
        self.use_bias = use_bias
        self.convolutions: list[keras.layers.Layer] = []
        self.norms: list[keras.layers.Layer] = []
        for index in range(num_layers):
            kind = keras.layers.Conv2D if index else JointConv2D
            convolution: keras.layers.Layer = kind(
                min(base_width * 2**index, MAX_WIDTH),
                4,
                strides=1 if index and index == num_layers - 1 else 2,
                use_bias=use_bias or index == 0,
                kernel_initializer=xavier_normal(),
                dtype=self.dtype_policy,
                name=f"conv_{index}",
            )
            if index:
                if spectral_norm:
                    convolution = SpectralNormalization(
                        convolution, dtype=self.dtype_policy, name=f"conv_{index}"
                    )
                self.norms.append(
                    ParameterFreeNorm("instance", dtype=self.dtype_policy, name=f"norm_{index}")
                )
            self.convolutions.append(convolution)
        self.logits = keras.layers.Conv2D(
            1, 4, kernel_initializer=xavier_normal(), dtype=self.dtype_policy, name="logits"
        )

    def build(self, input_shape: tuple) -> None:
        shape = (None, None, None, input_shape[-1])
        for index, convolution in enumerate(self.convolutions):
            convolution.build(shape)
            shape = (None, None, None, min(self.base_width * 2**index, MAX_WIDTH))
            if index:
                self.norms[index - 1].build(shape)
        self.logits.build(shape)
        self.built = True

    def call(self, layout: Any, image: Any, training: bool | None = None) -> list[Any]:
        x = ops.leaky_relu(self.convolutions[0](pad(layout, 2), pad(image, 2)), 0.2)
        features = [x]
        for convolution, norm in zip(self.convolutions[1:], self.norms, strict=True):
            if self.spectral_norm:
                x = convolution(pad(x, 2), training=training)
            else:
                x = convolution(pad(x, 2))
            x = ops.leaky_relu(norm(x, training=training), 0.2)
            features.append(x)
        return [*features, ops.cast(self.logits(pad(x, 2)), "float32")]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "base_width": self.base_width,
            "num_layers": self.num_layers,
            "spectral_norm": self.spectral_norm,
            "use_bias": self.use_bias,
        }


@keras.saving.register_keras_serializable("spade_tf")
class MultiScaleDiscriminator(keras.Model):
    """Patch discriminators on the layout and image at full size, half size, ... (pix2pixHD, 3.2).

    Inputs (a dict): label_map int32 `[batch, height, width]`; instance_map likewise, if
    `has_instances`; image float `[batch, height, width, 3]`, -1..1. To judge generated and real
    images in one pass, stack them on the batch axis, generated first; the maps, which both share,
    may be stacked too or be given once.

    Returns: list over scales (full size first) of lists of feature maps, logits last.
    """

    def __init__(
        self,
        num_labels: int,
        has_instances: bool = False,
        base_width: int = 64,
        num_scales: int = 2,
        num_layers: int = 4,
        spectral_norm: bool = True,
        use_bias: bool = False,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.num_labels = num_labels
        self.has_instances = has_instances
        self.base_width = base_width
        self.num_scales = num_scales
        self.num_layers = num_layers
        self.spectral_norm = spectral_norm
        self.use_bias = use_bias
        self.scales = [
            PatchDiscriminator(
                base_width,
                num_layers,
                spectral_norm,
                use_bias,
                dtype=self.dtype_policy,
                name=f"scale_{index}",
            )
            for index in range(num_scales)
        ]

    def build(self, input_shape: Any = None) -> None:
        for scale in self.scales:
            scale.build((None, None, None, self.num_labels + self.has_instances + 3))
        self.built = True

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> list[list[Any]]:
        label_map = inputs["label_map"]
        _, height, width = ops.shape(label_map)
        pyramid = LayoutPyramid(
            label_map,
            self.num_labels,
            instance_map=inputs["instance_map"] if self.has_instances else None,
        )
        condition = pyramid.condition(height, width, self.compute_dtype)
        image = ops.cast(inputs["image"], self.compute_dtype)
        features = []
        for index, scale in enumerate(self.scales):
            if index:
                condition, image = halve(condition), halve(image)
            features.append(scale(condition, image, training=training))
        return features

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_labels": self.num_labels,
            "has_instances": self.has_instances,
            "base_width": self.base_width,
            "num_scales": self.num_scales,
            "num_layers": self.num_layers,
            "spectral_norm": self.spectral_norm,
            "use_bias": self.use_bias,
        }


def split_fake_real(features: list[list[Any]]) -> tuple[list[list[Any]], list[list[Any]]]:
    """Feature maps of a generated-then-real batch as those of the generated and the real half."""
    halves = [[ops.split(x, 2, axis=0) for x in scale] for scale in features]
    return [[h[0] for h in scale] for scale in halves], [[h[1] for h in scale] for scale in halves]
