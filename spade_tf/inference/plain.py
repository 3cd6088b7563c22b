"""Generators that have no form of their own at inference: as they were trained, but lighter."""

import copy
from typing import Any

import keras
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.inference.frozen import folded_kernel
from spade_tf.layers import SpectralNormalization

DTYPES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}


class PlainGenerator(tf.Module):
    """A copy of a trained generator, with spectral normalisation worked into its kernels.

    Images are those of `generator(inputs, training=False)` but for rounding.

    Args:
        generator: a built one of any kind.
        precision: type of convolutions, float32 or bfloat16.
        modulation: as for `InferenceGenerator`; SPADE layers in another kind of generator know
            neighbourhoods, and convolutions for the rest.

    Raises:
        UserError: another precision.
    """

    def __init__(
        self,
        generator: keras.Model,
        precision: str = "float32",
        modulation: str = "neighbourhoods",
    ) -> None:
        super().__init__()
        if precision not in DTYPES:
            raise UserError(f"precision {precision!r}: expected one of {', '.join(DTYPES)}")
        config = copy.deepcopy(generator.get_config())
        config["dtype"] = DTYPES[precision]
        if "spectral_norm" in config:
            config["spectral_norm"] = False
        norm = config.get("norm", {}).get("config", {})
        if "modulation" in norm:
            by_convolutions = modulation != "neighbourhoods"
            norm["modulation"] = "convolutions" if by_convolutions else "neighbourhoods"
        self._generator = type(generator).from_config(config)
        self._generator.build()
        copy_folded(generator, self._generator)
        # A SavedModel holds what it finds from here; lists of Keras layers are passed over.
        self.weights = [variable.value for variable in self._generator.variables]

    def __call__(self, inputs: dict[str, Any]) -> tf.Tensor:
        """Images of the generator's inputs, float32 `[batch, height, width, 3]`, -1..1."""
        return self._generator(inputs, training=False)


def copy_folded(source: keras.Model, target: keras.Model) -> None:
    """Gives a network the weights of one that differs from it by spectral normalisation."""
    wrapped = {
        layer.path: layer
        for layer in source._flatten_layers()
        if isinstance(layer, SpectralNormalization)
    }
    weights = {variable.path: variable for variable in source.variables}
    for variable in target.variables:
        path, _, name = variable.path.rpartition("/")
        if path not in wrapped:
            variable.assign(weights[variable.path])
        elif name == "kernel":
            variable.assign(folded_kernel(wrapped[path]).astype("float32"))
        elif wrapped[path].layer.use_bias:
            variable.assign(getattr(wrapped[path].layer, name))
