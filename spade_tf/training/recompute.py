"""Recomputes the blocks of a generator in the backward pass: less memory for more arithmetic.

Of each block only the input is kept; what its own layers need for their gradients is computed again
when the backward pass comes to it ("gradient checkpointing", Chen et al. 2016, arXiv:1604.06174).
Losses, gradients, weights and states are those without: see `recompute_blocks`.
"""

from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from spade_tf.layers import NormalisedConv, NormalisedResidualBlock, ResidualBlock
from spade_tf.layers.refinement_module import RefinementModule

BLOCKS = (ResidualBlock, NormalisedResidualBlock, NormalisedConv, RefinementModule)
"""What is recomputed as a whole: of SPADE and CLADE, of pix2pixHD, of CRN and SIMS."""


def recompute_blocks(network: keras.layers.Layer) -> None:
    """Makes every block of a built network recompute itself; variables keep their names.

    Call it under the strategy that made the network, and outside of any layer's call.
    """
    for block in blocks_of(network):
        block.call = _Recomputed(block)


def blocks_of(layer: keras.layers.Layer) -> Iterator[keras.layers.Layer]:
    """The outermost `BLOCKS` in a network."""
    for inner in layer._flatten_layers(include_self=False, recursive=False):
        if isinstance(inner, BLOCKS):
            yield inner
        else:
            yield from blocks_of(inner)


class _Recomputed:
    """A layer's call as a pure function of input, weights and state, with a gradient that repeats
    it.

    A block has state that a forward pass changes: running statistics, spectral vectors. Both passes
    read the values from before, and the changed ones are assigned once, by the forward pass.
    """

    def __init__(self, layer: keras.layers.Layer) -> None:
        self._call = layer.call
        # The TensorFlow variables themselves: inside of a layer's call `value` may be cast.
        self._variables = [(v, v.value) for v in layer.trainable_variables]
        self._states = [(v, v.value) for v in layer.non_trainable_variables]

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        weights = [tf.convert_to_tensor(value) for _, value in self._variables]
        states = [tf.convert_to_tensor(value) for _, value in self._states]
        changed: list = []

        def run(x: Any, weights: Any, states: Any) -> tuple[Any, list]:
            owners = [variable for variable, _ in self._variables + self._states]
            with keras.StatelessScope() as scope:
                for update in zip(owners, [*weights, *states], strict=True):
                    scope.add_update(update)  # as they are: the constructor might cast them
                y = self._call(x, *args, **kwargs)
            return y, [scope.get_current_value(variable) for variable, _ in self._states]

        @tf.custom_gradient
        def recomputed(x: Any, weights: Any, states: Any) -> tuple:
            y, after = run(x, weights, states)
            triples = zip(self._states, states, after, strict=True)
            changed[:] = [(variable, new) for (variable, _), old, new in triples if new is not old]

            def gradient(upstream: Any, *_: Any) -> tuple:
                again = [_not_before(upstream, value) for value in (x, *weights)]
                with tf.GradientTape(watch_accessed_variables=False) as tape:
                    tape.watch(again)
                    y = run(again[0], again[1:], states)[0]
                return *tape.gradient(y, again, upstream), *(None for _ in states)

            return (y, *(new for _, new in changed)), gradient

        outputs = recomputed(x, weights, states)
        for (variable, _), value in zip(changed, outputs[1:], strict=True):
            variable.assign(value)
        return outputs[0]


def _not_before(upstream: Any, value: Any) -> Any:
    """`value`, but only known once `upstream` is.

    Else TensorFlow would see that both passes compute the same, do it once, and keep it. The zero
    that is added is one which no compiler takes for a constant.
    """
    first = tf.reshape(upstream, (-1,))[:1]
    zero = tf.reduce_sum(tf.minimum(tf.square(tf.cast(first, tf.float32)), 0.0))
    return value + tf.cast(zero, value.dtype)
