"""The generator at inference: the same numbers for less work."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import tensorflow as tf
from keras import ops

from spade_tf.errors import UserError
from spade_tf.inference.convolution import make_convolution
from spade_tf.inference.frozen import frozen
from spade_tf.inference.residual_block import LEAK, FoldedBlock
from spade_tf.layers import LayoutPyramid, Modulation, gathered_sum, lookup_sum
from spade_tf.models.generator import Generator, read_layout

PRECISIONS = ("float32", "bfloat16")
MODULATIONS = {
    "neighbourhoods": lookup_sum,
    "lite_neighbourhoods": gathered_sum,
    "convolutions": None,
}
"""How rows of the neighbourhoods' tables are added up, by the name of the modulation."""


class InferenceGenerator(tf.Module):
    """A trained generator for painting only: what never changes again is computed once, here.

    Spectral normalisation is worked into the kernels, the running statistics into SPADE's and
    CLADE's tables, and gamma and beta are one product. Images are those of
    `generator(inputs, training=False)` but for rounding.

    `model(inputs)` paints as the generator does. To paint a layout in many styles, prepare it once:

        prepared = model.prepare({"label_map": label_map})
        images = [model.paint(prepared, z) for z in styles]

    One layout and several z give an image for each z, several layouts and one z an image for each
    layout. All three are TensorFlow operations: wrap them in `tf.function`, which makes them fast,
    or save them in a SavedModel. The weights are copies: `generator` may go on training, or go.

    Args:
        generator: a built `Generator` of SPADE or CLADE layers.
        precision: type of convolutions and of products of matrices. `bfloat16` is for hardware that
            has it. Statistics, scales, shifts and images remain float32.
        modulation: how SPADE layers compute gamma and beta, whatever they did in training: once for
            each of the distinct `neighbourhoods`, or by `convolutions`, which XLA can compile;
            `lite_neighbourhoods` are made of operations that TensorFlow Lite has.
        winograd: compute large convolutions by Winograd's algorithm, which takes 0.8 of the time on
            a CPU and 4/3 of the memory for their kernels. Default: where there is no GPU, whose own
            library chooses.

    Raises:
        UserError: another precision or modulation, or other modulation layers.
        ValueError: modulation layers that do not fit the generator's layout.
    """

    def __init__(
        self,
        generator: Generator,
        precision: str = "float32",
        modulation: str = "neighbourhoods",
        winograd: bool | None = None,
    ) -> None:
        super().__init__()
        if precision not in PRECISIONS:
            raise UserError(f"precision {precision!r}: expected one of {', '.join(PRECISIONS)}")
        if modulation not in MODULATIONS:
            raise UserError(f"modulation {modulation!r}: expected one of {', '.join(MODULATIONS)}")
        self._read_layout = functools.partial(
            read_layout,
            num_labels=generator.num_labels,
            has_instances=generator.has_instances,
            has_positions=generator.has_positions,
        )
        _check(generator, self._read_layout)
        if winograd is None:
            winograd = not tf.config.list_logical_devices("GPU")
        convolution = functools.partial(make_convolution, dtype=precision, winograd=winograd)
        self.precision = precision
        self.has_style = bool(generator.latent_dim)
        if self.has_style:
            start_channels = 16 * generator.base_width
            self._start_shape = (-1, generator.start_height, generator.start_width, start_channels)
            self._start_kernel = frozen(generator.start.kernel, precision)
            self._start_bias = frozen(generator.start.bias, precision)
        else:
            self._start = convolution(generator.start)
        doubled_before = generator.doubled_before[: len(generator.blocks)]
        self._blocks = [
            FoldedBlock(block, doubled, precision, MODULATIONS[modulation], winograd)
            for block, doubled in zip(generator.blocks, doubled_before, strict=True)
        ]
        self._scale = 2**generator.doublings
        self._to_image = convolution(generator.to_image)

    def __call__(self, inputs: dict[str, Any]) -> tf.Tensor:
        """Images of the generator's inputs, float32 `[batch, height, width, 3]`, -1..1."""
        pyramid = self._read_layout(inputs)
        height, width = self._start_size(inputs)
        if self.has_style:
            x = self._start_of_style(inputs["z"])
        else:
            x = self._start(pyramid.condition(height, width, self.precision))
        before = x
        for block, *size in self._sized_blocks(height, width):
            # While one block paints, the tables of the next are made: not of all of them at once.
            with tf.control_dependencies([before]):
                prepared = block.prepare(pyramid, *size)
            before = x
            x = block(x, prepared)
        return self._image(x)

    def prepare(self, layout: dict[str, Any]) -> dict[str, Any]:
        """All that a layout alone decides, for `paint`.

        Args:
            layout: the generator's inputs; z is not read.

        Returns: tensors in dicts, to be handed to `paint` as they are. They are small but for SPADE
        by convolutions, where they are twice as large as all features together.
        """
        pyramid = self._read_layout(layout)
        height, width = self._start_size(layout)
        prepared: dict[str, Any] = {}
        if not self.has_style:
            prepared["start"] = self._start(pyramid.condition(height, width, self.precision))
        for block, *size in self._sized_blocks(height, width):
            prepared.update(block.prepare(pyramid, *size))
        return prepared

    def paint(self, prepared: dict[str, Any], z: Any = None) -> tf.Tensor:
        """Images of prepared layouts, float32 `[batch, height, width, 3]`, -1..1.

        Args:
            prepared: from `prepare`.
            z: styles `[batch, latent_dim]`, for a model with a latent.
        """
        x = self._start_of_style(z) if self.has_style else prepared["start"]
        for block in self._blocks:
            x = block(x, prepared)
        return self._image(x)

    def _start_size(self, layout: dict[str, Any]) -> tuple[Any, Any]:
        """Height and width of the first features."""
        if self.has_style:
            return self._start_shape[1:3]
        height, width = (size // self._scale for size in ops.shape(layout["label_map"])[1:])
        return height, width

    def _sized_blocks(self, height: Any, width: Any) -> Iterator[tuple[FoldedBlock, Any, Any]]:
        """The blocks with the size of what they put out, from that of the first features.

        Blocks of one size get the same tensors, by which the pyramid knows that it is one.
        """
        for block in self._blocks:
            if block.doubled:
                height, width = 2 * height, 2 * width
            yield block, height, width

    def _start_of_style(self, z: Any) -> tf.Tensor:
        """The first features, of the latent."""
        x = tf.matmul(tf.cast(z, self._start_kernel.dtype), self._start_kernel)
        return tf.reshape(x + self._start_bias, self._start_shape)

    def _image(self, x: tf.Tensor) -> tf.Tensor:
        x = self._to_image(tf.nn.leaky_relu(x, LEAK))
        return tf.tanh(tf.cast(x, tf.float32))


def _check(generator: Generator, read: Callable[[dict[str, Any]], LayoutPyramid]) -> None:
    """Raises what the generator's layers raise at a layout that they cannot read."""
    pixel = np.zeros((1, 1, 1), "int32")
    position = np.zeros((1, 1, 1, 2), "float32")
    pyramid = read({"label_map": pixel, "instance_map": pixel, "position_map": position})
    for layer in generator._flatten_layers():
        if isinstance(layer, Modulation):
            layer.check(pyramid)
