"""The residual block at inference."""

from collections.abc import Iterator

import tensorflow as tf

from spade_tf.inference.convolution import Convolution
from spade_tf.inference.modulation import FoldedModulation, Prepared, folded_modulation
from spade_tf.layers import ResidualBlock

LEAK = 0.2


class FoldedBlock(tf.Module):
    """`ResidualBlock` of folded parts.

    Args:
        block: a built block.
        dtype: of convolutions, input and output.
        by_neighbourhoods: how SPADE computes gamma and beta.
    """

    def __init__(self, block: ResidualBlock, dtype: str, by_neighbourhoods: bool) -> None:
        super().__init__(block.name)

        def norm(suffix: str, slope: float) -> FoldedModulation:
            layer = getattr(block, f"norm_{suffix}")
            name = f"{block.name}_norm_{suffix}"
            return folded_modulation(layer, slope, name, dtype, by_neighbourhoods)

        self.norm_0, self.conv_0 = norm("0", LEAK), Convolution(block.conv_0, dtype)
        self.norm_1, self.conv_1 = norm("1", LEAK), Convolution(block.conv_1, dtype)
        self.learned_shortcut = block.learned_shortcut
        if self.learned_shortcut:
            self.norm_s, self.conv_s = norm("s", 1.0), Convolution(block.conv_s, dtype)

    @property
    def norms(self) -> Iterator[FoldedModulation]:
        """The modulation layers."""
        yield from (self.norm_0, self.norm_1)
        if self.learned_shortcut:
            yield self.norm_s

    def __call__(self, x: tf.Tensor, prepared: dict[str, Prepared]) -> tf.Tensor:
        """Output [batch, height, width, filters].

        Args:
            x: [batch, height, width, channels].
            prepared: what the modulation layers know of the layout, by their names.
        """
        shortcut = x
        if self.learned_shortcut:
            shortcut = self.conv_s(self.norm_s(x, prepared[self.norm_s.name]))
        x = self.conv_0(self.norm_0(x, prepared[self.norm_0.name]))
        return shortcut + self.conv_1(self.norm_1(x, prepared[self.norm_1.name]))
