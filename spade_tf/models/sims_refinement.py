"""The refinement network of SIMS: from a canvas with holes and seams to an image."""

from typing import Any

import keras
from keras import ops

from spade_tf.layers.aligned_doubling import double_aligned
from spade_tf.layers.refinement_module import RefinementModule
from spade_tf.layers.resampling import halve
from spade_tf.layers.same_conv import same_conv
from spade_tf.models.sims_transformer import SpatialTransformer

ENCODER = ((1, 2), (2, 2), (4, 3), (8, 3), (8, 3), (8, 3))
"""Width in units of the base width and number of convolutions at each size, the full one first."""

DECODER = (8, 8, 8, 8, 8, 4)
"""Widths at each size, the smallest first; two convolutions each."""

LAST, ENLARGED = 4, 2
"""Widths of the U-Net's last module, and of that at twice its size."""

CANVAS_CHANNELS = 4


@keras.saving.register_keras_serializable("spade_tf")
class RefinementNetwork(keras.Model):
    """A U-Net that reads the layout and the canvas again at every size of its decoder.

    Qi et al. 2018, arXiv:1804.10992, section 5. The encoder halves six times (3x3 means, stride 2);
    each module of the decoder reads the condition (layout, canvas, validity) averaged to its size,
    the encoder's halved features and its own features of the size below.

    Inputs (a dict):
      canvas: float32 `[batch, height, width, 4]`, 0..1: RGB, and whether there is anything.
      canvas_label_map: int32 `[batch, height, width]`, 0..num_labels-1; `num_labels`, or the
        don't-care label where there is one, is "none of them".

    Returns: float32 image `[batch, height, width, 3]`, clipped to -1..1.

    Args:
      num_labels: number of labels, don't-care included.
      base_width: channels of the encoder's first module; 64 in the paper.
      reduction: by how much the U-Net is smaller than the image: 1; 2 with a module more at the
        full size, as the paper's for 512 rows; 4 with one more at half the size and a 1x1
        convolution at the full one, as for 1024 rows.
      spatial_transformer: whether a `SpatialTransformer` learns to move what was retrieved.
    """

    has_instances = False
    has_positions = False
    latent_dim = 0

    def __init__(
        self,
        num_labels: int,
        base_width: int = 64,
        reduction: int = 1,
        spatial_transformer: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if reduction not in (1, 2, 4):
            raise ValueError(f"reduction is {reduction}; write 1, 2 or 4")
        self.num_labels = num_labels
        self.base_width = base_width
        self.reduction = reduction
        self.encoder = [
            self._module(units, count, f"encoder_{k}") for k, (units, count) in enumerate(ENCODER)
        ]
        self.decoder = [self._module(units, 2, f"decoder_{k}") for k, units in enumerate(DECODER)]
        self.last = self._module(LAST, 2, "last")
        self.enlarged = self._module(ENLARGED, 2, "enlarged") if reduction > 1 else None
        self.to_image = same_conv(3, 1, dtype=self.dtype_policy, name="to_image")
        self.blend = None
        if reduction == 4:
            self.blend = same_conv(3, 1, dtype=self.dtype_policy, name="blend")
        self.to_labels = same_conv(num_labels, 1, dtype=self.dtype_policy, name="to_labels")
        self.transformer = None
        if spatial_transformer:
            self.transformer = SpatialTransformer(
                num_labels, base_width, dtype=self.dtype_policy, name="transformer"
            )

    def _module(self, units: int, convolutions: int, name: str) -> RefinementModule:
        width = units * self.base_width
        return RefinementModule(width, convolutions, dtype=self.dtype_policy, name=name)

    def build(self, input_shape: Any = None) -> None:
        """Makes every weight; needs no data and no shapes but the arguments."""
        condition = self.num_labels + CANVAS_CHANNELS
        channels = condition
        for module in self.encoder:
            module.build((None, None, None, channels))
            channels = module.filters
        below = 0
        for module, beside in zip(self.decoder, reversed(self.encoder), strict=True):
            module.build((None, None, None, condition + beside.filters + below))
            below = module.filters
        self.last.build((None, None, None, condition + below))
        below = self.last.filters
        if self.enlarged:
            self.enlarged.build((None, None, None, condition + below))
            below = self.enlarged.filters
        self.to_image.build((None, None, None, below))
        self.to_labels.build((None, None, None, below))
        if self.blend:
            self.blend.build((None, None, None, condition + 3))
        if self.transformer:
            self.transformer.build()
        self.built = True

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> Any:
        return ops.clip(self.refine(inputs)[0], -1.0, 1.0)

    def refine(self, inputs: dict[str, Any]) -> tuple[Any, Any]:
        """The image, float32 `[batch, height, width, 3]`, not limited to -1..1; and logits of the
        labels that the network takes its features for, float32 `[batch, rows, columns, num_labels]`
        (half of the image's size if `reduction` is 4)."""
        conditions = [self._condition(inputs)]
        while len(conditions) <= len(ENCODER) + self.reduction // 2:
            conditions.append(halve(conditions[-1]))
        larger, conditions = (
            conditions[: self.reduction // 2],
            conditions[self.reduction // 2 :],
        )
        x, halved = conditions[0], []
        for module in self.encoder:
            halved.append(halve(module(x)))
            x = halved[-1]
        x = ops.concatenate([conditions.pop(), halved.pop()], axis=-1)
        for module in self.decoder[:-1]:
            x = _enlarge(module(x), conditions[-1])
            x = ops.concatenate([conditions.pop(), halved.pop(), x], axis=-1)
        x = _enlarge(self.decoder[-1](x), conditions[-1])
        x = self.last(ops.concatenate([conditions.pop(), x], axis=-1))
        if self.enlarged:
            condition = larger.pop()
            x = self.enlarged(ops.concatenate([condition, _enlarge(x, condition)], axis=-1))
        image, logits = self.to_image(x), self.to_labels(x)
        if self.blend:
            condition = larger.pop()
            image = self.blend(ops.concatenate([condition, _enlarge(image, condition)], axis=-1))
        return ops.cast(image, "float32"), ops.cast(logits, "float32")

    def _condition(self, inputs: dict[str, Any]) -> Any:
        """Layout and canvas, `[batch, height, width, num_labels + 4]`."""
        layout = ops.one_hot(inputs["canvas_label_map"], self.num_labels, dtype=self.compute_dtype)
        canvas = ops.cast(inputs["canvas"], self.compute_dtype)
        return ops.concatenate([layout, canvas], axis=-1)

    def compute_output_shape(self, input_shape: dict[str, Any]) -> tuple:
        return (*input_shape["canvas_label_map"], 3)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_labels": self.num_labels,
            "base_width": self.base_width,
            "reduction": self.reduction,
            "spatial_transformer": self.transformer is not None,
        }


def _enlarge(x: Any, like: Any) -> Any:
    """Features doubled to the size of `like`, whose odd sides lose a row or column."""
    _, height, width, _ = ops.shape(like)
    return double_aligned(x)[:, :height, :width]
