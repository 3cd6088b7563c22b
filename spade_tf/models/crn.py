"""The cascaded refinement network: from a label map to one image, or to several to choose from."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers import LayoutPyramid, same_conv
from spade_tf.layers.aligned_doubling import double_aligned
from spade_tf.layers.refinement_module import RefinementModule

WIDTHS = ((64, 16), (256, 8), (512, 2), (1024, 0.5))
"""Widths of the modules up to so many rows, in units of the base width: 1024, 512, 128, 32."""


def module_width(height: int, base_width: int) -> int:
    """Channels of the module that is `height` rows high; beyond the paper's 1024 as there."""
    units = next((units for rows, units in WIDTHS if height <= rows), WIDTHS[-1][1])
    return max(1, int(units * base_width))


@keras.saving.register_keras_serializable("spade_tf")
class CascadedRefinementNetwork(keras.Model):
    """Refinement modules, each twice as large as the one before and all reading the layout.

    Chen and Koltun 2017, arXiv:1707.09405, section 3. The first module reads the layout, averaged
    over the area of its pixels, on the start grid of `height / 2**doublings` rows; each further
    one reads the features before it, doubled bilinearly with aligned corners, and the layout of its
    own size. A linear 1x1 convolution makes `num_images` images.

    Inputs (a dict; the keys that the arguments ask for):
      label_map: int32 `[batch, height, width]`, 0..num_labels-1.
      instance_map: int32 `[batch, height, width]`, if `has_instances`; the paper has none.
      z: float32 `[batch, num_images]`, if there are several: the largest number chooses the image,
        so that standard normal z choose every image equally often. Without it, the first.

    Returns: float32 image `[batch, height, width, 3]`, clipped to -1..1. Training compares all
    images before they are clipped, see `images`.

    Args:
      num_labels: number of labels, don't-care included.
      has_instances: whether instance borders are part of the layout.
      height: rows of the image; fixes the modules. Widths follow from the inputs.
      doublings: from the start grid to the image.
      base_width: a sixteenth of the channels of the modules up to 64 rows; 64 in the paper.
      num_images: images to choose from.
    """

    has_positions = False

    def __init__(
        self,
        num_labels: int,
        has_instances: bool = False,
        height: int = 256,
        doublings: int = 6,
        base_width: int = 64,
        num_images: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.num_labels = num_labels
        self.has_instances = has_instances
        self.height = height
        self.doublings = doublings
        self.base_width = base_width
        self.num_images = num_images
        # Named by their rows, so that a network of more rows finds the weights of a smaller one.
        rows = [height // 2**k for k in range(doublings, -1, -1)]
        self.modules = [
            RefinementModule(
                module_width(size, base_width), dtype=self.dtype_policy, name=f"module_{size}"
            )
            for size in rows
        ]
        self.to_image = same_conv(3 * num_images, 1, dtype=self.dtype_policy, name="to_image")

    @property
    def latent_dim(self) -> int:
        """Size of z: the number of images, or 0 if there is nothing to choose."""
        return self.num_images if self.num_images > 1 else 0

    def build(self, input_shape: Any = None) -> None:
        """Makes every weight; needs no data and no shapes but the arguments."""
        layout_channels = self.num_labels + self.has_instances
        features = 0
        for module in self.modules:
            module.build((None, None, None, features + layout_channels))
            features = module.filters
        self.to_image.build((None, None, None, features))
        self.built = True

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> Any:
        images = self.images(inputs)
        if self.num_images == 1 or "z" not in inputs:
            return ops.clip(images[:, :, :, 0], -1.0, 1.0)
        # Not argmax: Keras' looks at bits, which TensorFlow Lite cannot.
        _, largest = ops.top_k(inputs["z"], 1)
        choice = ops.one_hot(largest[:, 0], self.num_images, dtype="float32")
        chosen = ops.sum(images * ops.reshape(choice, (-1, 1, 1, self.num_images, 1)), axis=3)
        return ops.clip(chosen, -1.0, 1.0)

    def images(self, inputs: dict[str, Any]) -> Any:
        """All images, float32 `[batch, height, width, num_images, 3]`, not limited to -1..1."""
        layouts = self._layouts(inputs)
        x = self.modules[0](layouts.pop())
        for module in self.modules[1:]:
            x = module(ops.concatenate([double_aligned(x), layouts.pop()], axis=-1))
        x = ops.cast(self.to_image(x), "float32")
        _, height, width, _ = ops.shape(x)
        return ops.reshape(x, (-1, height, width, self.num_images, 3))

    def _layouts(self, inputs: dict[str, Any]) -> list[Any]:
        """The layout at each size, the full one first: means over the area of each pixel."""
        label_map = inputs["label_map"]
        instance_map = inputs["instance_map"] if self.has_instances else None
        pyramid = LayoutPyramid(label_map, self.num_labels, instance_map)
        _, height, width = ops.shape(label_map)
        layouts = [pyramid.condition(height, width, self.compute_dtype)]
        for _ in range(self.doublings):
            layouts.append(ops.average_pool(layouts[-1], 2))
        return layouts

    def compute_output_shape(self, input_shape: dict[str, Any]) -> tuple:
        return (*input_shape["label_map"], 3)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_labels": self.num_labels,
            "has_instances": self.has_instances,
            "height": self.height,
            "doublings": self.doublings,
            "base_width": self.base_width,
            "num_images": self.num_images,
        }
