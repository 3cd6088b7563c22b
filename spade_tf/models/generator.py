"""The SPADE/CLADE generator: from a label map (and a latent) to an image."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers import LayoutPyramid, ResidualBlock
from spade_tf.layers.initializers import xavier_normal
from spade_tf.layers.resampling import double

WIDTHS = {
    5: (16, 16, 16, 8, 4, 2, 1),
    6: (16, 16, 16, 8, 4, 2, 1),
    7: (16, 16, 16, 8, 4, 2, 1, 0.5),
}
"""Widths of the residual blocks in units of the base width, by number of doublings."""


def read_layout(
    inputs: dict[str, Any], num_labels: int, has_instances: bool, has_positions: bool
) -> LayoutPyramid:
    """The layout among a generator's inputs."""
    return LayoutPyramid(
        inputs["label_map"],
        num_labels,
        instance_map=inputs["instance_map"] if has_instances else None,
        position_map=inputs["position_map"] if has_positions else None,
    )


@keras.saving.register_keras_serializable("spade_tf")
class Generator(keras.Model):
    """Residual blocks modulated by the layout, doubled between them (SPADE paper, Figure 4).

    The start grid is `height / 2**doublings` high. Without a latent it is the downsampled layout
    through a 3x3 convolution, with one it is a linear map of z. Then blocks head_0, middle_0,
    middle_1, up_0 ... up_3 (up_4 with 7 doublings), leaky ReLU, a 3x3 convolution and tanh.

    Inputs (a dict; the keys that the arguments ask for):
      label_map: int32 `[batch, height, width]`, 0..num_labels-1.
      instance_map: int32 `[batch, height, width]`, if `has_instances`.
      position_map: float32 `[batch, height, width, 2]`, if `has_positions`.
      z: float32 `[batch, latent_dim]`, if `latent_dim`.

    Returns: float32 image `[batch, height, width, 3]`, -1..1.

    Args:
      norm: an unbuilt modulation layer (SPADE, CLADE); every residual block copies it.
      num_labels: number of labels, don't-care included.
      has_instances: whether instance borders are part of the layout.
      has_positions: whether class-relative positions are part of the layout.
      height, width: size of the image; fixes the linear start of a model with a latent.
      base_width: channels of the last block but the half-width one (ngf).
      doublings: 5, 6 or 7 (`normal`, `more`, `most`).
      latent_dim: size of z; 0 = start from the layout.
      spectral_norm: spectral normalisation of the residual blocks' convolutions.
    """

    def __init__(
        self,
        norm: keras.layers.Layer,
        num_labels: int,
        has_instances: bool = False,
        has_positions: bool = False,
        height: int = 256,
        width: int = 256,
        base_width: int = 64,
        doublings: int = 5,
        latent_dim: int = 0,
        spectral_norm: bool = True,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.num_labels = num_labels
        self.has_instances = has_instances
        self.has_positions = has_positions
        self.height = height
        self.width = width
        self.base_width = base_width
        self.doublings = doublings
        self.latent_dim = latent_dim
        self.spectral_norm = spectral_norm
        self._norm_config = keras.saving.serialize_keras_object(norm)

        self.start_height = height // 2**doublings
        self.start_width = width // 2**doublings
        top = 16 * base_width
        if latent_dim:
            self.start = keras.layers.Dense(
                top * self.start_height * self.start_width,
                kernel_initializer=xavier_normal(),
                dtype=self.dtype_policy,
                name="start",
            )
        else:
            self.start = keras.layers.Conv2D(
                top,
                3,
                padding="same",
                kernel_initializer=xavier_normal(),
                dtype=self.dtype_policy,
                name="start",
            )
        names = ["head_0", "middle_0", "middle_1", "up_0", "up_1", "up_2", "up_3", "up_4"]
        self.blocks = [
            ResidualBlock(
                max(1, int(base_width * width)),
                keras.saving.deserialize_keras_object(self._norm_config),
                spectral_norm=spectral_norm,
                dtype=self.dtype_policy,
                name=name,
            )
            for name, width in zip(names, WIDTHS[doublings], strict=False)
        ]
        self.to_image = keras.layers.Conv2D(
            3,
            3,
            padding="same",
            kernel_initializer=xavier_normal(),
            dtype=self.dtype_policy,
            name="to_image",
        )

    @property
    def doubled_before(self) -> tuple[bool, ...]:
        """For each block, whether the features double in size before it."""
        return (False, True, self.doublings >= 6, True, True, True, True, True)

    def build(self, input_shape: Any = None) -> None:
        """Makes every weight; needs no data and no shapes but the arguments."""
        channels = self.num_labels + self.has_instances
        top = 16 * self.base_width
        self.start.build(
            (None, self.latent_dim) if self.latent_dim else (None, None, None, channels)
        )
        shape = (None, None, None, top)
        for block in self.blocks:
            block.build(shape)
            shape = (None, None, None, block.filters)
        self.to_image.build(shape)
        # Keras writes build_config into a saved model; any input shape rebuilds the same weights.
        self.built = True

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> Any:
        pyramid = read_layout(inputs, self.num_labels, self.has_instances, self.has_positions)
        x = self._start(inputs, pyramid)
        for block, doubled in zip(self.blocks, self.doubled_before, strict=False):
            if doubled:
                x = double(x)
            x = block(x, pyramid, training=training)
        x = self.to_image(ops.leaky_relu(x, 0.2))
        return ops.tanh(ops.cast(x, "float32"))

    def _start(self, inputs: dict[str, Any], pyramid: LayoutPyramid) -> Any:
        if self.latent_dim:
            x = self.start(inputs["z"])
            return ops.reshape(x, (-1, self.start_height, self.start_width, 16 * self.base_width))
        _, height, width = ops.shape(inputs["label_map"])
        scale = 2**self.doublings
        return self.start(pyramid.condition(height // scale, width // scale, self.compute_dtype))

    def compute_output_shape(self, input_shape: dict[str, Any]) -> tuple:
        return (*input_shape["label_map"], 3)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "norm": self._norm_config,
            "num_labels": self.num_labels,
            "has_instances": self.has_instances,
            "has_positions": self.has_positions,
            "height": self.height,
            "width": self.width,
            "base_width": self.base_width,
            "doublings": self.doublings,
            "latent_dim": self.latent_dim,
            "spectral_norm": self.spectral_norm,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> "Generator":
        norm = keras.saving.deserialize_keras_object(config["norm"], custom_objects)
        return cls(**{**config, "norm": norm})
