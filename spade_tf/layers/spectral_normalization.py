"""Spectral normalisation as published."""

import math
from typing import Any

import keras
from keras import ops

EPSILON = 1e-12

LINEAR = (keras.layers.Conv2D, keras.layers.Dense)
"""Layers that are linear in kernel and bias, but for an activation."""

LARGE = 2**20
"""Numbers in a kernel too large for the caches. A smaller one costs nothing to divide."""


@keras.saving.register_keras_serializable("spade_tf")
class SpectralNormalization(keras.layers.Wrapper):
    """Divides the kernel of a layer by its largest singular value, sigma.

    W_bar = W / sigma(W), Miyato et al. 2018, equation 8 and algorithm 1. The kernel is read as a
    matrix W [fan_in, outputs] (all axes but the last flattened). Each call with `training=True`
    takes one step of power iteration, v = normalise(W u) and u = normalise(W^T v); sigma = v^T W u.
    u and v count as constants in the gradient; W inside sigma does not. Inference uses the stored
    u and v.

    The constructor is that of `keras.layers.SpectralNormalization`, the meaning is not: Keras
    overwrites the stored kernel with W / sigma at each training step, so the optimizer's step
    starts from another kernel and no gradient flows through sigma. Here, as in the paper and in
    `torch.nn.utils.spectral_norm`, the stored kernel is left alone and the layer runs with
    W / sigma in its place. Where a kernel is large and what a linear layer makes with it is
    smaller, that is divided by sigma instead: the same but for rounding.

    Sigma is computed in float32 from the stored kernel whatever the policy, and the output has the
    wrapped layer's compute dtype. Under a distribution strategy u and v are the same on every
    replica, for they depend on the kernel alone.

    Args:
        layer: a layer whose weight is `kernel`, with its output axis last (`Conv2D`, `Dense`).
        power_iterations: steps of power iteration for each training call, at least 1.

    Weights: `vector_u` [outputs] and `vector_v` [fan_in], float32, not trainable.

    Raises:
        ValueError: power_iterations below 1; a layer without a plain `kernel` variable.
    """

    def __init__(self, layer: keras.layers.Layer, power_iterations: int = 1, **kwargs: Any) -> None:
        # Float32 without autocast keeps the inputs as they are and lets call() read the kernel
        # in full precision; the wrapped layer casts by its own policy.
        super().__init__(layer, **{**kwargs, "dtype": "float32", "autocast": False})
        if power_iterations < 1:
            raise ValueError(f"power_iterations {power_iterations!r}: expected at least 1.")
        self.power_iterations = power_iterations

    def build(self, input_shape: tuple) -> None:
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", None)
        if not isinstance(kernel, keras.Variable):
            raise ValueError(
                f"{type(self.layer).__name__} has no variable 'kernel' to normalise: expected a "
                "layer such as Conv2D or Dense."
            )
        *fan_in, outputs = kernel.shape
        size = 1
        for axis in fan_in:
            size *= axis
        self.vector_u = self._add_vector("vector_u", outputs)
        self.vector_v = self._add_vector("vector_v", size)

    def _add_vector(self, name: str, size: int) -> keras.Variable:
        return self.add_weight(
            name=name,
            shape=(size,),
            initializer=_random_unit_vector,
            trainable=False,
            dtype="float32",
            autocast=False,
            aggregation="only_first_replica",
        )

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        kernel = self.layer.kernel
        weight = ops.cast(kernel.value, "float32")
        sigma = self._sigma(weight, update=bool(training))
        # Inside the scope the layer sees these values in place of its variables'.
        values = [(v, v.value) for v in self.layer.variables]
        divides_output = self._has_smaller_output(inputs)
        values.append((kernel, weight if divides_output else weight / sigma))
        if divides_output and self.layer.use_bias:
            values.append((self.layer.bias, self.layer.bias.value * sigma))
        with keras.StatelessScope(values):
            outputs = self.layer(inputs)
        return outputs / sigma if divides_output else outputs

    def _has_smaller_output(self, inputs: Any) -> bool:
        """Whether to divide the output rather than the kernel: the same, for a linear layer.

        A kernel of 1024 channels has 36 times the numbers of its map of 16x16, and dividing it and
        its gradient goes through memory several times. In half precision the output would be
        rounded twice.
        """
        size = math.prod(self.layer.kernel.shape)
        if size < LARGE or self.layer.compute_dtype != "float32":
            return False
        if not isinstance(self.layer, LINEAR):
            return False
        if self.layer.activation is not keras.activations.linear:
            return False
        shape = self.layer.compute_output_shape(tuple(inputs.shape))
        return None not in shape and math.prod(shape) < size

    def _sigma(self, weight: Any, update: bool) -> Any:
        matrix = ops.reshape(weight, (-1, weight.shape[-1]))
        u, v = self.vector_u.value, self.vector_v.value
        if update:
            constant = ops.stop_gradient(matrix)
            for _ in range(self.power_iterations - 1):
                u = _normalise(ops.matmul(_normalise(ops.matmul(constant, u)), constant))
            v = _normalise(ops.matmul(constant, u))
        # The last product of the iteration is also the first half of sigma, (v^T W) u.
        product = ops.matmul(ops.stop_gradient(v), matrix)
        if update:
            u = _normalise(ops.stop_gradient(product))
            self.vector_u.assign(u)
            self.vector_v.assign(v)
        return ops.sum(product * ops.stop_gradient(u))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        return self.layer.compute_output_shape(input_shape)

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:
        return self.layer.compute_output_spec(inputs)

    def get_config(self) -> dict:
        return {**super().get_config(), "power_iterations": self.power_iterations}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> Any:
        return super().from_config(dict(config), custom_objects)  # a copy: Keras empties it


def _normalise(vector: Any) -> Any:
    return vector / ops.maximum(ops.norm(vector), EPSILON)


def _random_unit_vector(shape: tuple, dtype: Any = None) -> Any:
    return _normalise(keras.initializers.RandomNormal(stddev=1.0)(shape, dtype=dtype))
