"""The residual block at inference."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from spade_tf.inference.convolution import make_convolution
from spade_tf.inference.frozen import own_bias
from spade_tf.inference.modulation import FoldedModulation, Prepared, folded_modulation
from spade_tf.layers import LayoutPyramid, ResidualBlock

LEAK = 0.2


class FoldedBlock(tf.Module):
    """`ResidualBlock` of folded parts, and the doubling of the features' size before it.

    Args:
        block: a built block.
        doubled: whether the features are doubled first.
        dtype: of convolutions, input and output.
        sum_rows: of `FoldedSPADE`.
        winograd: of `make_convolution`.
    """

    def __init__(
        self,
        block: ResidualBlock,
        doubled: bool,
        dtype: str,
        sum_rows: Callable | None,
        winograd: bool,
    ) -> None:
        super().__init__(block.name)
        self.doubled = doubled

        def norm(suffix: str, slope: float, bias: Any = None) -> FoldedModulation:
            layer = getattr(block, f"norm_{suffix}")
            name = f"{block.name}_norm_{suffix}"
            return folded_modulation(layer, slope, name, dtype, sum_rows, bias)

        self.norm_0 = norm("0", LEAK)
        self.conv_0 = make_convolution(block.conv_0, dtype, winograd, use_bias=False)
        self.norm_1 = norm("1", LEAK, own_bias(block.conv_0))
        self.conv_1 = make_convolution(block.conv_1, dtype, winograd)
        self.learned_shortcut = block.learned_shortcut
        if self.learned_shortcut:
            self.norm_s = norm("s", 1.0)
            self.conv_s = make_convolution(block.conv_s, dtype, winograd)

    def prepare(self, pyramid: LayoutPyramid, height: Any, width: Any) -> dict[str, Prepared]:
        """What the modulation layers know of the layout at the output's size, by their names."""
        norms = [self.norm_0, self.norm_1]
        if self.learned_shortcut:
            norms.append(self.norm_s)
        return {norm.name: norm.prepare(pyramid, height, width) for norm in norms}

    def __call__(self, x: tf.Tensor, prepared: dict[str, Prepared]) -> tf.Tensor:
        """Output [batch, height, width, filters].

        Args:
            x: [batch, height, width, channels]; of half the height and width, if doubled.
            prepared: from `prepare`.
        """
        x = _double(x) if self.doubled else x
        y = self.conv_0(self.norm_0(x, prepared[self.norm_0.name]))
        if self.learned_shortcut:
            with tf.control_dependencies([y]):  # the maps of two layers would be held at once
                x = self.conv_s(self.norm_s(x, prepared[self.norm_s.name]))
        return x + self.conv_1(self.norm_1(y, prepared[self.norm_1.name]))


def _double(x: tf.Tensor) -> tf.Tensor:
    """`layers.resampling.double`; TensorFlow Lite is slow at broadcasting, which that does."""
    height, width = tf.unstack(tf.shape(x)[1:3])
    return tf.image.resize(x, [2 * height, 2 * width], method="nearest")
