"""The pix2pixHD generator: an encoder-decoder from the full-size layout to an image."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers import (
    LayoutPyramid,
    NormalisedConv,
    NormalisedResidualBlock,
    PatternedLayer,
    xavier_normal,
)
from spade_tf.layers.resampling import halve, reflect
from spade_tf.models.feature_clusters import FeatureClusters
from spade_tf.models.generator import read_layout


@keras.saving.register_keras_serializable("spade_tf")
class GlobalTrunk(PatternedLayer):
    """The global generator up to its last features (pix2pixHD, Wang et al. 2018, section 3.2).

    A 7x7 convolution, `num_halvings` convolutions that halve the size and double the width,
    `num_blocks` residual blocks, and as many that double and halve back.

    Args:
        norm: an unbuilt modulation, the pattern of every normalisation.
        base_width: channels at full size.
        num_halvings, num_blocks: 4 and 9 in the paper.
        concat_layout: whether every residual block also reads the layout.
        spectral_norm: of all convolutions.

    Call: `layer(x, pyramid, training=None)`; x [batch, height, width, channels], output
    [batch, height, width, base_width]; sides are multiples of 2 ** num_halvings, and at least twice
    that, for the residual blocks mirror a row at each border.
    """

    def __init__(
        self,
        norm: keras.layers.Layer,
        base_width: int = 64,
        num_halvings: int = 4,
        num_blocks: int = 9,
        concat_layout: bool = False,
        spectral_norm: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(norm, **kwargs)
        self.base_width = base_width
        self.num_halvings = num_halvings
        self.num_blocks = num_blocks
        self.concat_layout = concat_layout
        self.spectral_norm = spectral_norm
        common = {"spectral_norm": spectral_norm, "dtype": self.dtype_policy}

        def conv(width: int, name: str, **more: Any) -> NormalisedConv:
            return NormalisedConv(base_width * width, norm, name=name, **more, **common)

        steps = range(num_halvings)
        self.stages = [
            conv(1, "stem", kernel_size=7),
            *(conv(2 ** (i + 1), f"down_{i}", resampling="halve") for i in steps),
            *(
                NormalisedResidualBlock(norm, concat_layout, name=f"block_{i}", **common)
                for i in range(num_blocks)
            ),
            *(conv(2**i, f"up_{i}", resampling="double") for i in reversed(steps)),
        ]

    def build(self, input_shape: tuple) -> None:
        shape = tuple(input_shape)
        for stage in self.stages:
            stage.build(shape)
            shape = stage.compute_output_shape(shape)

    def call(self, x: Any, pyramid: LayoutPyramid, training: bool | None = None) -> Any:
        for stage in self.stages:
            x = stage(x, pyramid, training=training)
        return x

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return (*input_shape[:-1], self.base_width)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "base_width": self.base_width,
            "num_halvings": self.num_halvings,
            "num_blocks": self.num_blocks,
            "concat_layout": self.concat_layout,
            "spectral_norm": self.spectral_norm,
        }


@keras.saving.register_keras_serializable("spade_tf")
class LocalEnhancer(PatternedLayer):
    """Adds detail at twice the size of the global generator (pix2pixHD, section 3.2, figure 3).

    Half as wide as the trunk: a 7x7 convolution, one that halves, the trunk's features added, then
    residual blocks, and one that doubles back.

    Args:
        norm, base_width, concat_layout, spectral_norm: those of the trunk.
        num_blocks: 3 in the paper.

    Call: `layer(x, pyramid, features, training=None)`; x [batch, height, width, channels], features
    [batch, height / 2, width / 2, base_width], output [batch, height, width, base_width / 2].
    """

    def __init__(
        self,
        norm: keras.layers.Layer,
        base_width: int = 64,
        num_blocks: int = 3,
        concat_layout: bool = False,
        spectral_norm: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(norm, **kwargs)
        self.base_width = base_width
        self.num_blocks = num_blocks
        self.concat_layout = concat_layout
        self.spectral_norm = spectral_norm
        common = {"spectral_norm": spectral_norm, "dtype": self.dtype_policy}
        narrow = base_width // 2
        self.stem = NormalisedConv(narrow, norm, kernel_size=7, name="stem", **common)
        self.down = NormalisedConv(base_width, norm, resampling="halve", name="down", **common)
        self.blocks = [
            NormalisedResidualBlock(norm, concat_layout, name=f"block_{i}", **common)
            for i in range(num_blocks)
        ]
        self.up = NormalisedConv(narrow, norm, resampling="double", name="up", **common)

    def __call__(  # type: ignore[override]
        self, x: Any, pyramid: LayoutPyramid, features: Any, training: bool | None = None
    ) -> Any:
        return keras.layers.Layer.__call__(
            self, x, pyramid=pyramid, features=features, training=training
        )

    def build(self, input_shape: tuple) -> None:
        shape = tuple(input_shape)
        for stage in (self.stem, self.down, *self.blocks, self.up):
            stage.build(shape)
            shape = stage.compute_output_shape(shape)

    def call(
        self, x: Any, pyramid: LayoutPyramid, features: Any, training: bool | None = None
    ) -> Any:
        x = self.stem(x, pyramid, training=training)
        x = self.down(x, pyramid, training=training) + features
        for block in self.blocks:
            x = block(x, pyramid, training=training)
        return self.up(x, pyramid, training=training)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "base_width": self.base_width,
            "num_blocks": self.num_blocks,
            "concat_layout": self.concat_layout,
            "spectral_norm": self.spectral_norm,
        }


@keras.saving.register_keras_serializable("spade_tf")
class Pix2PixHDGenerator(keras.Model):
    """The global generator, with or without the local enhancer (pix2pixHD, figure 3).

    Reads the layout as channels at full size: one-hot labels, instance edges, and, with
    `has_features`, what `FeatureEncoder` saw of each instance in a photograph. Without photographs
    z chooses each instance's features among the clusters of its label.

    pix2pixHD++ of the SPADE paper (Park et al. 2019, Table 3) is the same network with spectral and
    batch normalisation, or with SPADE in place of every normalisation.

    Inputs (a dict; the keys that the arguments ask for):
      label_map: int32 `[batch, height, width]`, 0..num_labels-1.
      instance_map: int32 `[batch, height, width]`, if `has_instances`.
      position_map: float32 `[batch, height, width, 2]`, if `has_positions`.
      features: float32 `[batch, height, width, channels]`, or z: float32 `[batch, latent_dim]`, if
        `latent_dim`.

    Returns: float32 image `[batch, height, width, 3]`, -1..1.

    Args:
      norm: an unbuilt modulation (`Unmodulated`, SPADE, CLADE) that keeps the number of channels.
      num_labels: number of labels, don't-care included.
      has_instances, has_positions: what else of the layout there is.
      base_width: channels of the global generator at its full size (ngf).
      num_halvings, num_blocks: of the global generator; 4 and 9 in the paper.
      enhancer_blocks: residual blocks of the local enhancer, 3 in the paper; 0 = no enhancer.
      concat_layout: whether every residual block also reads the layout, as further channels.
      spectral_norm: of all convolutions but the last.
      latent_dim: size of z; 0 = no features of instances.
    """

    def __init__(
        self,
        norm: keras.layers.Layer,
        num_labels: int,
        has_instances: bool = False,
        has_positions: bool = False,
        base_width: int = 64,
        num_halvings: int = 4,
        num_blocks: int = 9,
        enhancer_blocks: int = 0,
        concat_layout: bool = False,
        spectral_norm: bool = False,
        latent_dim: int = 0,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.num_labels = num_labels
        self.has_instances = has_instances
        self.has_positions = has_positions
        self.base_width = base_width
        self.num_halvings = num_halvings
        self.num_blocks = num_blocks
        self.enhancer_blocks = enhancer_blocks
        self.concat_layout = concat_layout
        self.spectral_norm = spectral_norm
        self.latent_dim = latent_dim
        self._norm_config = keras.saving.serialize_keras_object(norm)

        common = {
            "concat_layout": concat_layout,
            "spectral_norm": spectral_norm,
            "dtype": self.dtype_policy,
        }
        self.clusters = FeatureClusters(num_labels, name="clusters") if latent_dim else None
        self.trunk = GlobalTrunk(norm, base_width, num_halvings, num_blocks, name="trunk", **common)
        self.enhancer = (
            LocalEnhancer(norm, base_width, enhancer_blocks, name="enhancer", **common)
            if enhancer_blocks
            else None
        )
        self.to_image = keras.layers.Conv2D(
            3, 7, kernel_initializer=xavier_normal(), dtype=self.dtype_policy, name="to_image"
        )

    def build(self, input_shape: Any = None) -> None:
        """Makes every weight; needs no data and no shapes but the arguments."""
        channels = self.num_labels + self.has_instances
        if self.clusters:
            self.clusters.build(None)
            channels += self.clusters.channels
        shape = (None, None, None, channels)
        self.trunk.build(shape)
        width = self.base_width
        if self.enhancer:
            self.enhancer.build(shape)
            width //= 2
        self.to_image.build((None, None, None, width))
        self.built = True

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> Any:
        pyramid = read_layout(inputs, self.num_labels, self.has_instances, self.has_positions)
        _, height, width = ops.shape(inputs["label_map"])
        x = pyramid.condition(height, width, self.compute_dtype)
        if self.clusters:
            features = inputs["features"] if "features" in inputs else self.clusters(inputs)
            x = ops.concatenate([x, ops.cast(features, x.dtype)], axis=-1)
        if self.enhancer:
            features = self.trunk(halve(x), pyramid, training=training)
            x = self.enhancer(x, pyramid, features, training=training)
        else:
            x = self.trunk(x, pyramid, training=training)
        return ops.tanh(ops.cast(self.to_image(reflect(x, 3)), "float32"))

    def compute_output_shape(self, input_shape: dict[str, Any]) -> tuple:
        return (*input_shape["label_map"], 3)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "norm": self._norm_config,
            "num_labels": self.num_labels,
            "has_instances": self.has_instances,
            "has_positions": self.has_positions,
            "base_width": self.base_width,
            "num_halvings": self.num_halvings,
            "num_blocks": self.num_blocks,
            "enhancer_blocks": self.enhancer_blocks,
            "concat_layout": self.concat_layout,
            "spectral_norm": self.spectral_norm,
            "latent_dim": self.latent_dim,
        }

    @classmethod
    def from_config(
        cls, config: dict[str, Any], custom_objects: Any = None
    ) -> "Pix2PixHDGenerator":
        norm = keras.saving.deserialize_keras_object(config["norm"], custom_objects)
        return cls(**{**config, "norm": norm})
