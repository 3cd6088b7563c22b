"""Spatially-adaptive normalisation."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
from keras import ops

from spade_tf.layers.layout_pyramid import LayoutPyramid
from spade_tf.layers.modulation import Modulation, modulate
from spade_tf.layers.same_conv import same_conv
from spade_tf.layers.table import lookup, lookup_sum

if TYPE_CHECKING:  # TensorFlow's own; the layer itself runs on any Keras backend
    from spade_tf.layers.neighbourhoods import Neighbourhoods

MODULATIONS = ("auto", "neighbourhoods", "convolutions")


@keras.saving.register_keras_serializable("spade_tf")
class SPADE(Modulation):
    """Normalises, then scales and shifts each pixel by convolutions of the layout.

    out = norm(x) * (1 + gamma) + beta, with hidden = relu(mask_conv(layout)),
    gamma = gamma_conv(hidden), beta = beta_conv(hidden).
    SPADE paper (Park et al. 2019), equation 1 and figure 2; as in the official code none of the
    three convolutions has spectral normalisation.

    gamma and beta depend only on the labels around a pixel, so the layer can also compute them once
    for each distinct neighbourhood and pick them for the pixels. Same weights, numbers and
    gradients; a fraction of the work.

    Args:
        num_labels: number of semantic ids, the don't-care id included.
        has_instances: whether the layout's instance edges are one more input channel.
        hidden_width: channels of the hidden map.
        kernel_size: size of all three kernels: 1, 3 or 5.
        param_free_norm: `sync_batch`, `batch` or `instance`.
        modulation: `convolutions`; `neighbourhoods` (TensorFlow without XLA); or `auto`,
            neighbourhoods on TensorFlow: only on maps of 8x8 pixels, which take no time either
            way, were convolutions ever faster.

    Call: `layer(x, pyramid, training=None)`; x and output [batch, height, width, channels].

    Raises:
        ValueError: kernel size other than 1, 3, 5; a layout with other labels or without the
            instance map that the layer needs.
    """

    def __init__(
        self,
        num_labels: int,
        has_instances: bool = False,
        hidden_width: int = 128,
        kernel_size: int = 3,
        param_free_norm: str = "sync_batch",
        modulation: str = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(num_labels, has_instances, param_free_norm, **kwargs)
        if modulation not in MODULATIONS:
            raise ValueError(
                f"SPADE modulation {modulation!r}: expected one of {', '.join(MODULATIONS)}."
            )
        if kernel_size not in (1, 3, 5):
            raise ValueError(f"SPADE kernel_size {kernel_size!r}: expected 1, 3 or 5.")
        self.hidden_width = hidden_width
        self.kernel_size = kernel_size
        self.modulation = modulation

    def build(self, input_shape: tuple) -> None:
        channels, kernel, policy = input_shape[-1], self.kernel_size, self.dtype_policy
        self.mask_conv = same_conv(
            self.hidden_width, kernel, activation="relu", dtype=policy, name="mask_conv"
        )
        self.gamma_conv = same_conv(channels, kernel, dtype=policy, name="gamma_conv")
        self.beta_conv = same_conv(channels, kernel, dtype=policy, name="beta_conv")
        pixels = tuple(input_shape[:-1])
        self.norm.build(input_shape)
        self.mask_conv.build((*pixels, self.num_labels + int(self.has_instances)))
        self.gamma_conv.build((*pixels, self.hidden_width))
        self.beta_conv.build((*pixels, self.hidden_width))

    def call(self, x: Any, pyramid: LayoutPyramid, training: bool | None = None) -> Any:
        self.check(pyramid)
        height, width = ops.shape(x)[1:3]
        by_neighbourhoods = self.modulation == "neighbourhoods" or (
            self.modulation == "auto" and keras.backend.backend() == "tensorflow"
        )
        if by_neighbourhoods:
            gamma, beta = self._of_neighbourhoods(pyramid, height, width)
        else:
            gamma, beta = self._of_convolutions(pyramid, height, width)
        return modulate(self.norm(x, training=training), gamma, beta)

    def _of_convolutions(self, pyramid: LayoutPyramid, height: Any, width: Any) -> tuple[Any, Any]:
        layout = pyramid.condition if self.has_instances else pyramid.one_hot
        hidden = self.mask_conv(layout(height, width, self.compute_dtype))
        return self.gamma_conv(hidden), self.beta_conv(hidden)

    def _of_neighbourhoods(
        self, pyramid: LayoutPyramid, height: Any, width: Any
    ) -> tuple[Any, Any]:
        """The same, with both layers of convolutions as sums of table rows."""
        found = pyramid.neighbourhoods(height, width, self.kernel_size, self.has_instances)
        table = symbol_table(self.mask_conv.kernel, self.num_labels)
        hidden = hidden_rows(found, table, self.mask_conv.bias)
        gamma, beta = (
            lookup(
                outer_rows(found, hidden, by_offset(conv.kernel), conv.bias, self.compute_dtype),
                found.pixels,
                self.compute_dtype,
            )
            for conv in (self.gamma_conv, self.beta_conv)
        )
        return gamma, beta

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "hidden_width": self.hidden_width,
            "kernel_size": self.kernel_size,
            "modulation": self.modulation,
        }


def symbol_table(kernel: Any, num_labels: int) -> Any:
    """What each symbol of `Neighbourhoods` at each place of the window adds to the hidden sum.

    From the kernel [k, k, num_labels (+ 1 for edges), hidden]: [k*k * num_symbols, hidden] float32.
    """
    size, _, inputs, width = kernel.shape
    kernel = ops.reshape(_float32(kernel), (size**2, inputs, width))
    table = ops.pad(kernel[:, :num_labels], [[0, 0], [0, 1], [0, 0]])
    if inputs > num_labels:
        table = ops.concatenate([table, table + kernel[:, num_labels:]], axis=1)
    return ops.reshape(ops.pad(table, [[0, 0], [0, 1], [0, 0]]), (-1, width))


def hidden_rows(
    found: "Neighbourhoods", table: Any, bias: Any, sum_rows: Callable = lookup_sum
) -> Any:
    """The hidden map at every inner neighbourhood, from a `symbol_table`: [inner, hidden]."""
    return ops.relu(sum_rows(table, found.inner) + _float32(bias)) * found.is_inside


def by_offset(kernel: Any) -> Any:
    """A kernel [k, k, hidden, channels] as the matrix [hidden, k*k * channels]; NumPy's stay so."""
    size, _, width, channels = kernel.shape
    numeric = np if isinstance(kernel, np.ndarray) else ops
    kernel = numeric.reshape(kernel, (size**2, width, channels))
    return numeric.reshape(numeric.transpose(kernel, (1, 0, 2)), (width, -1))


def outer_rows(
    found: "Neighbourhoods",
    hidden: Any,
    kernel: Any,
    bias: Any,
    dtype: str,
    sum_rows: Callable = lookup_sum,
) -> Any:
    """A convolution of the hidden map at every outer neighbourhood, [outer, channels] float32.

    Args:
        found: neighbourhoods.
        hidden: `hidden_rows` of them.
        kernel: from `by_offset`.
        bias: [channels].
        dtype: type of the product.
        sum_rows: `lookup_sum` or what gives the same.
    """
    # What each inner neighbourhood adds at each place of the window around it.
    parts = ops.matmul(ops.cast(hidden, dtype), ops.cast(kernel, dtype))
    parts = ops.reshape(_float32(parts), (-1, bias.shape[0]))
    return sum_rows(parts, found.outer) + _float32(bias)


def _float32(x: Any) -> Any:
    return ops.cast(x, "float32")
