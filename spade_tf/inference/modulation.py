"""SPADE, CLADE and Concat at inference: normalise and modulate as one scale and one shift."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.inference.frozen import float64, frozen
from spade_tf.layers import CLADE, SPADE, Concat, LayoutPyramid, Modulation, ParameterFreeNorm
from spade_tf.layers.param_free_norm import ROUNDING
from spade_tf.layers.spade import by_offset, hidden_rows, outer_rows, symbol_table

Prepared = dict[str, tf.Tensor]
"""What a layer knows of a layout."""


class FoldedModulation(tf.Module):
    """Base: out = leaky(x * scale + shift), with the statistics of the normalisation worked in.

    From (x - mean) / deviation * factor + offset follow scale = factor / deviation and
    shift = offset - mean * scale. Instance normalisation depends on x and stays as it is.

    Call: `layer(x, prepared)`; x [batch, height, width, channels], `prepared` from `prepare`. A
    batch of 1 of either goes with every one of the other. Scales, shifts and the arithmetic here
    are float32 whatever the type of x: a shift rounded to bfloat16 would no longer take away the
    mean that x * scale brings in.

    Args:
        layer: the built layer whose numbers these are.
        slope: of the leaky ReLU that follows; 1 = none does.
        name: key of this layer in a generator's prepared layout.
        bias: `[channels]` that the convolution before left to this layer, float64, or None.
    """

    def __init__(
        self, layer: Modulation, slope: float, name: str, bias: np.ndarray | None = None
    ) -> None:
        super().__init__(name)
        self.slope = slope
        self.epsilon = layer.norm.epsilon
        mean = _mean(layer.norm, bias)
        self.mean = None if mean is None else frozen(mean)

    def prepare(self, pyramid: LayoutPyramid, height: Any, width: Any) -> Prepared:
        """What depends on the layout alone."""
        raise NotImplementedError

    def scale_and_shift(self, prepared: Prepared) -> tuple[tf.Tensor, tf.Tensor]:
        """Of every pixel, [batch, height, width, channels] float32."""
        raise NotImplementedError

    def __call__(self, x: tf.Tensor, prepared: Prepared) -> tf.Tensor:
        with tf.control_dependencies([x]):  # not before they are needed: these maps are large
            scale, shift = self.scale_and_shift(prepared)
        out = tf.cast(x, tf.float32)
        if self.mean is None:
            mean, variance = tf.nn.moments(out, [1, 2], keepdims=True)
            varies = tf.cast(variance > tf.square(ROUNDING * mean), tf.float32)
            out = (out - mean) * (varies * tf.math.rsqrt(variance + self.epsilon))
        return tf.cast(self.activate(out * scale + shift), x.dtype)

    def activate(self, x: tf.Tensor) -> tf.Tensor:
        """The leaky ReLU that follows, if one does."""
        return x if self.slope == 1 else tf.nn.leaky_relu(x, self.slope)


def _rate(norm: ParameterFreeNorm) -> Any:
    """1 / deviation, float64; 1 where that depends on x."""
    if norm.kind == "instance":
        return 1.0
    return (float64(norm.moving_variance) + norm.epsilon) ** -0.5


def _mean(norm: ParameterFreeNorm, bias: np.ndarray | None) -> np.ndarray | None:
    """What is taken from x, float64; None where that depends on x, and no bias matters."""
    if norm.kind == "instance":
        return None
    return float64(norm.moving_mean) - (0.0 if bias is None else bias)


class FoldedSPADE(FoldedModulation):
    """factor = 1 + gamma, offset = beta; both from one product.

    Prepared are `scale` and `shift`. By neighbourhoods they are tables, and the `rows` of the
    pixels are prepared too; by convolutions they are maps.

    Args:
        dtype: type of products.
        sum_rows: how rows of the neighbourhoods' tables are added up; None = convolutions.
    """

    def __init__(
        self,
        layer: SPADE,
        slope: float,
        name: str,
        bias: np.ndarray | None,
        dtype: str,
        sum_rows: Callable | None,
    ) -> None:
        super().__init__(layer, slope, name, bias)
        self.dtype = dtype
        self._sum_rows = sum_rows
        self.kernel_size, self.use_edges = layer.kernel_size, layer.has_instances
        gamma, beta, rate = layer.gamma_conv, layer.beta_conv, _rate(layer.norm)
        kernel = np.concatenate([float64(gamma.kernel) * rate, float64(beta.kernel)], axis=-1)
        bias = np.concatenate([(1 + float64(gamma.bias)) * rate, float64(beta.bias)])
        self.bias, self.mask_bias = frozen(bias), frozen(layer.mask_conv.bias)
        if sum_rows:
            self.mask_table = frozen(symbol_table(layer.mask_conv.kernel, layer.num_labels))
            self.kernel = frozen(by_offset(kernel), dtype)
        else:
            self.mask_kernel = frozen(layer.mask_conv.kernel, dtype)
            self.kernel = frozen(kernel, dtype)

    def prepare(self, pyramid: LayoutPyramid, height: Any, width: Any) -> Prepared:
        prepared = {}
        if self._sum_rows:
            found = pyramid.neighbourhoods(height, width, self.kernel_size, self.use_edges)
            prepared["rows"] = found.pixels.ids
            hidden = hidden_rows(found, self.mask_table, self.mask_bias, self._sum_rows)
            both = outer_rows(found, hidden, self.kernel, self.bias, self.dtype, self._sum_rows)
        else:
            layout = pyramid.condition if self.use_edges else pyramid.one_hot
            hidden = _convolve(layout(height, width, self.dtype), self.mask_kernel, self.mask_bias)
            both = _convolve(tf.nn.relu(hidden), self.kernel, self.bias)
        scale, shift = tf.split(tf.cast(both, tf.float32), 2, axis=-1)
        if self.mean is not None:
            shift -= self.mean * scale
        return {**prepared, "scale": scale, "shift": shift}

    def scale_and_shift(self, prepared: Prepared) -> tuple[tf.Tensor, tf.Tensor]:
        scale, shift = prepared["scale"], prepared["shift"]
        if not self._sum_rows:
            return scale, shift
        return tf.gather(scale, prepared["rows"]), tf.gather(shift, prepared["rows"])


def _convolve(x: tf.Tensor, kernel: tf.Variable, bias: tf.Variable) -> tf.Tensor:
    return tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, "SAME"), tf.cast(bias, x.dtype))


class FoldedCLADE(FoldedModulation):
    """factor = gamma[label], offset = beta[label]; then the edge channel, if the layer has one.

    Prepared are the labels of the pixels (`rows`); of a layer that reads positions the factors of
    gamma and beta (`gamma_factor`, `beta_factor`); of one that reads instances the channel `edges`.
    """

    def __init__(
        self, layer: CLADE, slope: float, name: str, bias: np.ndarray | None = None
    ) -> None:
        super().__init__(layer, slope, name, bias)
        self.use_positions, self.use_edges = layer.use_positions, layer.has_instances
        scale, shift = float64(layer.gamma) * _rate(layer.norm), float64(layer.beta)
        if self.use_positions:
            self.gamma_factor = _factor(layer.gamma_position_conv)
            self.beta_factor = _factor(layer.beta_position_conv)
        elif self.mean is not None:
            shift = shift - _mean(layer.norm, bias) * scale
        if self.use_edges:
            self.edge_kernel = frozen(tf.reshape(layer.edge_conv.kernel, ()))
            self.edge_bias = frozen(layer.edge_conv.bias)
        self.scale, self.shift = frozen(scale), frozen(shift)

    def prepare(self, pyramid: LayoutPyramid, height: Any, width: Any) -> Prepared:
        prepared = {"rows": pyramid.labels(height, width)}
        if self.use_positions:
            position = pyramid.positions(height, width)
            prepared["gamma_factor"] = _of_position(position, self.gamma_factor)
            prepared["beta_factor"] = _of_position(position, self.beta_factor)
        if self.use_edges:
            edges = pyramid.edges(height, width)
            prepared["edges"] = self.activate(edges * self.edge_kernel + self.edge_bias)
        return prepared

    def scale_and_shift(self, prepared: Prepared) -> tuple[tf.Tensor, tf.Tensor]:
        rows = prepared["rows"]
        scale, shift = tf.gather(self.scale, rows), tf.gather(self.shift, rows)
        if self.use_positions:
            scale *= prepared["gamma_factor"]
            shift *= prepared["beta_factor"]
            if self.mean is not None:
                shift -= self.mean * scale
        return scale, shift

    def __call__(self, x: tf.Tensor, prepared: Prepared) -> tf.Tensor:
        out = super().__call__(x, prepared)
        if not self.use_edges:
            return out
        edges = tf.cast(prepared["edges"], out.dtype)
        edges = tf.broadcast_to(edges, tf.concat([tf.shape(out)[:-1], [1]], axis=0))
        return tf.concat([out, edges], axis=-1)


def _factor(conv: keras.layers.Conv2D) -> tf.Variable:
    """1 + a 1x1 convolution of the position: its two slopes and the constant."""
    return frozen(np.append(float64(conv.kernel).ravel(), 1 + float64(conv.bias)))


def _of_position(position: tf.Tensor, factor: tf.Variable) -> tf.Tensor:
    """[batch, height, width, 1]."""
    row, column = tf.split(position, 2, axis=-1)
    return row * factor[0] + column * factor[1] + factor[2]


class FoldedConcat(FoldedModulation):
    """factor = 1, offset = 0, then the layout, which the leaky ReLU does not change.

    Prepared is the `layout`, 0 or 1.
    """

    def __init__(
        self, layer: Concat, slope: float, name: str, bias: np.ndarray | None = None
    ) -> None:
        super().__init__(layer, slope, name, bias)
        self._has_instances = layer.has_instances
        rate, mean = _rate(layer.norm), _mean(layer.norm, bias)
        self._scale = frozen(rate)
        self._shift = frozen(0.0 if mean is None else -mean * rate)

    def prepare(self, pyramid: LayoutPyramid, height: Any, width: Any) -> Prepared:
        layout = pyramid.condition if self._has_instances else pyramid.one_hot
        return {"layout": layout(height, width, "float32")}

    def scale_and_shift(self, prepared: Prepared) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.convert_to_tensor(self._scale), tf.convert_to_tensor(self._shift)

    def __call__(self, x: tf.Tensor, prepared: Prepared) -> tf.Tensor:
        x, layout = super().__call__(x, prepared), tf.cast(prepared["layout"], x.dtype)
        rows = tf.maximum(tf.shape(x)[0], tf.shape(layout)[0])
        x, layout = (tf.repeat(part, rows // tf.shape(part)[0], 0) for part in (x, layout))
        return tf.concat([x, layout], axis=-1)


def folded_modulation(
    layer: Modulation,
    slope: float,
    name: str,
    dtype: str,
    sum_rows: Callable | None,
    bias: np.ndarray | None = None,
) -> FoldedModulation:
    """The inference form of a built modulation layer; arguments are those of the classes.

    Raises:
        UserError: any other layer.
    """
    if isinstance(layer, SPADE):
        return FoldedSPADE(layer, slope, name, bias, dtype, sum_rows)
    if isinstance(layer, CLADE):
        return FoldedCLADE(layer, slope, name, bias)
    if isinstance(layer, Concat):
        return FoldedConcat(layer, slope, name, bias)
    raise UserError(
        f"{name} is a {type(layer).__name__}: only SPADE, CLADE and Concat have an inference "
        "form; paint with the generator itself"
    )
