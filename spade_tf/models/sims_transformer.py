"""The spatial transformer of SIMS: moves a retrieved segment to where the layout wants it."""

from typing import Any

import keras
import numpy as np
from keras import ops

from spade_tf.layers.refinement_module import RefinementModule

TRUNK = ((1, 2), (2, 2), (4, 3), (8, 3), (8, 3))
"""Width in units of the base width and number of convolutions, before each halving."""

LARGEST_HEIGHT = 256
"""Rows beyond which the input is halved first."""

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


@keras.saving.register_keras_serializable("spade_tf")
class SpatialTransformer(keras.Model):
    """From a segment and the place it should fill to the affine map that moves it there.

    Qi et al. 2018, arXiv:1804.10992, section 4, with the sampling of Jaderberg et al. 2015,
    arXiv:1506.02025. Convolutions, layer normalisation and leaky ReLU as in VGG19, the mean over
    the picture, and a linear layer that begins as the identity.

    Call: `layer(segment, target, label_map)`
      segment: float `[batch, height, width, 3]`, 0..1, 0 outside of it.
      target: float `[batch, height, width]`, 1 where the layout wants it.
      label_map: int32 `[batch, height, width]`, the layout.
    Returns: float32 `[batch, 2, 3]`: the map from (x, y, 1) of the result, -1..1 from edge to edge,
    to (x, y) of the segment's picture. `warp` applies it.

    Args:
      num_labels: number of labels.
      base_width: channels of the first convolutions; 64 in the paper.
    """

    def __init__(self, num_labels: int, base_width: int = 64, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_labels = num_labels
        self.base_width = base_width
        self.trunk = [
            RefinementModule(units * base_width, count, dtype=self.dtype_policy, name=f"trunk_{k}")
            for k, (units, count) in enumerate(TRUNK)
        ]
        self.to_map = keras.layers.Dense(
            len(IDENTITY),
            kernel_initializer="zeros",
            bias_initializer=lambda shape, dtype=None: ops.convert_to_tensor(IDENTITY, dtype),
            dtype="float32",
            name="to_map",
        )

    def build(self, input_shape: Any = None) -> None:
        """Makes every weight; needs no shapes but the arguments."""
        channels = 3 + 1 + self.num_labels
        for module in self.trunk:
            module.build((None, None, None, channels))
            channels = module.filters
        self.to_map.build((None, channels))
        self.built = True

    def call(self, segment: Any, target: Any, label_map: Any) -> Any:
        dtype = self.compute_dtype
        layout = ops.one_hot(label_map, self.num_labels, dtype=dtype)
        parts = [ops.cast(segment, dtype), ops.cast(target, dtype)[..., None], layout]
        x = ops.concatenate(parts, axis=-1)
        while x.shape[1] > LARGEST_HEIGHT:
            x = ops.average_pool(x, 2)
        for index, module in enumerate(self.trunk):
            x = module(x)
            pool = ops.average_pool if index == 0 else ops.max_pool
            x = pool(x, 2, padding="same")
        mean = ops.cast(ops.mean(x, axis=(1, 2)), "float32")
        return ops.reshape(self.to_map(mean), (-1, 2, 3))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_labels": self.num_labels,
            "base_width": self.base_width,
        }


def warp(image: Any, affine: Any) -> Any:
    """Pictures moved by affine maps, bilinear; what comes from outside is 0.

    Args:
      image: float32 `[batch, height, width, channels]`.
      affine: float32 `[batch, 2, 3]`, what `SpatialTransformer` returns.
    """
    batch, height, width, channels = ops.shape(image)
    # The centre of pixel i of n lies at (2 i + 1) / n - 1.
    y = (2 * np.arange(height, dtype=np.float32) + 1) / height - 1
    x = (2 * np.arange(width, dtype=np.float32) + 1) / width - 1
    rows, columns = np.meshgrid(y, x, indexing="ij")
    grid = np.stack([columns, rows, np.ones_like(rows)]).reshape(3, -1)
    source = ops.matmul(affine, grid)
    across = ((source[:, 0] + 1) * width - 1) / 2
    down = ((source[:, 1] + 1) * height - 1) / 2
    flat = ops.reshape(image, (-1, height * width, channels))
    left, top = ops.floor(across), ops.floor(down)
    # Not 1 - |distance|, whose slope is 0 where the identity samples: on the pixels themselves.
    below, right = down - top, across - left
    result = ops.zeros_like(flat)
    for row, column, share in (
        (top, left, (1 - below) * (1 - right)),
        (top, left + 1, (1 - below) * right),
        (top + 1, left, below * (1 - right)),
        (top + 1, left + 1, below * right),
    ):
        inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        share = ops.where(inside, share, 0.0)
        place = ops.clip(row, 0, height - 1) * width + ops.clip(column, 0, width - 1)
        place = ops.cast(place, "int32")[..., None]
        result += share[..., None] * ops.take_along_axis(flat, place, axis=1)
    return ops.reshape(result, (-1, height, width, channels))
