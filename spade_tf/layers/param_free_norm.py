"""Normalisation without learned scale and shift, the first half of SPADE and CLADE."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from spade_tf.layers.own_gradient import own_gradient

KINDS = ("sync_batch", "batch", "instance")

ADDED_AT_ONCE = 8

ROUNDING = 1e-6
"""Deviation of an instance's channel, in units of its mean, that is taken for rounding."""


@keras.saving.register_keras_serializable("spade_tf")
class ParameterFreeNorm(keras.layers.Layer):
    """Subtracts the mean of each channel and divides by its standard deviation.

    (x - mean) / sqrt(variance + epsilon), SPADE paper (Park et al. 2019), equations 2 and 3.

    Kinds:
        sync_batch: mean and variance over the batch, height and width of all replicas together.
        batch: over the batch, height and width of one replica.
        instance: over height and width of each image, in training and inference alike.

    The batch kinds keep running statistics for inference, with the unbiased variance (n / (n - 1))
    as PyTorch does. They are the same on every replica: with `batch`, the mean over the replicas.
    Only `training` decides which statistics are used; there is nothing to freeze.

    Statistics are computed in float32 in two passes (mean, then mean squared deviation), which
    stays exact where the mean is large against the deviation. On Keras backends other than
    TensorFlow, `sync_batch` is plain batch normalisation.

    Args:
        kind: `sync_batch`, `batch` or `instance`.
        momentum: share of the running statistics that is kept at each step (PyTorch's 1 - 0.1).
        epsilon: added to the variance.

    Input and output: [batch, height, width, channels], output in the compute dtype.

    Raises:
        ValueError: unknown kind.
    """

    def __init__(
        self,
        kind: str = "sync_batch",
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if kind not in KINDS:
            raise ValueError(
                f"Unknown parameter-free norm {kind!r}: expected one of {', '.join(KINDS)}."
            )
        self.kind = kind
        self.momentum = momentum
        self.epsilon = epsilon

    def build(self, input_shape: tuple) -> None:
        if self.kind != "instance":
            self.moving_mean = self._add_statistic("moving_mean", input_shape[-1], "zeros")
            self.moving_variance = self._add_statistic("moving_variance", input_shape[-1], "ones")

    def _add_statistic(self, name: str, channels: int, initializer: str) -> keras.Variable:
        return self.add_weight(
            name=name,
            shape=(channels,),
            initializer=initializer,
            trainable=False,
            dtype="float32",
            autocast=False,
            aggregation="only_first_replica",
        )

    def call(self, x: Any, training: bool | None = None) -> Any:
        x = ops.cast(x, "float32")
        if self.kind == "instance":
            x = _standardised(x, _mean_of_places, self.epsilon, rounding=ROUNDING)[0]
        elif training:
            x = self._by_statistics_of_the_batch(x)
        else:
            x = (x - self.moving_mean) * ops.rsqrt(self.moving_variance + self.epsilon)
        return ops.cast(x, self.compute_dtype)

    def _by_statistics_of_the_batch(self, x: Any) -> Any:
        """Also updates the running statistics."""
        axes = tuple(range(x.ndim - 1))
        total = _sum_over_replicas if self.kind == "sync_batch" else _keep
        count = 1.0
        for axis in axes:
            count *= ops.cast(ops.shape(x)[axis], "float32")
        count = total(count)
        x, mean, variance = _standardised(
            x, lambda x: total(ops.sum(x, axes)) / count, self.epsilon
        )
        unbiased = variance * count / ops.maximum(count - 1.0, 1.0)
        if self.kind == "batch":
            replicas = _sum_over_replicas(ops.ones(()))
            mean, unbiased = (_sum_over_replicas(value) / replicas for value in (mean, unbiased))
        self._update(mean, unbiased)
        return x

    def _update(self, mean: Any, variance: Any) -> None:
        for running, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            running.assign(running * self.momentum + now * (1.0 - self.momentum))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return input_shape

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "kind": self.kind,
            "momentum": self.momentum,
            "epsilon": self.epsilon,
        }


def _standardised(
    x: Any, mean_of: Callable[[Any], Any], epsilon: float, rounding: float = 0.0
) -> tuple[Any, Any, Any]:
    """(x - mean) / sqrt(variance + epsilon), mean and variance; only the first has a gradient.

    With y the first and g its gradient, that of x is (g - mean(g) - y mean(g y)) / deviation: six
    passes over the map where the steps one by one would take ten, and y is all that is kept.

    Args:
        x: float32.
        mean_of: the mean over places (and batch, and replicas), in a shape that broadcasts to x's.
        epsilon: added to the variance.
        rounding: deviation, in units of the mean, that counts as none. A uniform channel is then
            zero, not its rounding, which every further layer would magnify.
    """

    @own_gradient
    def standardised(x: Any) -> tuple:
        mean = mean_of(x)
        centred = x - mean
        variance = mean_of(ops.square(centred))
        rate = ops.rsqrt(variance + epsilon)
        if rounding:
            rate *= ops.cast(variance > ops.square(rounding * mean), "float32")
        y = centred * rate

        def gradient(of_y: Any) -> Any:
            return (of_y - (mean_of(of_y) + y * mean_of(of_y * y))) * rate

        return (y, mean, variance), gradient

    return standardised(x)


def _mean_of_places(x: Any) -> Any:
    """The mean over all axes but batch and channels, which stay with length 1.

    In parts: TensorFlow on a CPU adds up one number after the other, and the rounding of sums of
    many thousands would show in the fourth digit of an image after thirty layers.
    """
    shape = (-1, *(1 for _ in x.shape[1:-1]), x.shape[-1])
    if x.ndim == 4 and None not in x.shape[1:] and x.shape[2] % ADDED_AT_ONCE == 0:
        _, height, width, channels = x.shape
        parts = (-1, height, width // ADDED_AT_ONCE, ADDED_AT_ONCE, channels)
        x = ops.reshape(x, parts)
    for axis in reversed(range(1, x.ndim - 1)):
        x = ops.mean(x, axis)
    return ops.reshape(x, shape)


def _keep(value: Any) -> Any:
    return value


def _sum_over_replicas(value: Any) -> Any:
    """The sum of every replica's value; the gradient flows to all of them."""
    if keras.backend.backend() != "tensorflow":
        return value
    import tensorflow as tf

    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return value
    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)
