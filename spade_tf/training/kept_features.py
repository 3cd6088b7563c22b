"""Which tensors of a forward pass the backward pass reads, and how large they are.

A graph that never runs is enough: the sizes are those of its shapes, and what an operation's
gradient reads is known from the operation's type.
"""

import contextlib
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

INPUT_OF_OTHERS, ALL_INPUTS, OUTPUT, NOTHING = "input of others", "all inputs", "output", "nothing"

READ_BY_GRADIENT = {
    **dict.fromkeys(("Conv2D", "Mul", "MatMul", "BatchMatMulV2"), INPUT_OF_OTHERS),
    **dict.fromkeys(("RealDiv", "Conv2DBackpropInput"), INPUT_OF_OTHERS),
    **dict.fromkeys(("Relu", "Tanh", "Sigmoid", "Rsqrt", "Sqrt", "Exp", "Softmax"), OUTPUT),
    **dict.fromkeys(("LeakyRelu", "Square", "Abs", "Log", "Softplus", "Pow"), ALL_INPUTS),
    **dict.fromkeys(("Maximum", "Minimum", "SquaredDifference"), ALL_INPUTS),
    **dict.fromkeys(("MaxPool", "ResizeBilinear"), ALL_INPUTS),
}
"""By type of operation. `input of others`: an input is read for the gradient of each other input
that has one. Types that are not here read nothing, or only shapes."""


@dataclass(frozen=True)
class KeptFeatures:
    """Bytes that the backward pass reads, and of those what is computed from weights in a block.

    Attributes:
      total: of all tensors that are kept.
      in_blocks: of those that each block makes, its own output left out: what recomputing saves.
      largest: of the largest tensor alone.
    """

    total: int
    in_blocks: tuple[int, ...]
    largest: int

    @property
    def with_recompute(self) -> int:
        """Bytes if every block computes its own again when the backward pass comes to it."""
        return self.total - sum(self.in_blocks) + max(self.in_blocks, default=0)


@contextlib.contextmanager
def noted_operations(
    graph: tf.Graph, layers: Iterable[keras.layers.Layer]
) -> Iterator[list[tuple[int, int]]]:
    """A list that gets, at each call of these layers, the numbers of the operations it made."""
    noted: list[tuple[int, int]] = []
    layers = list(layers)

    def noting(call: Any) -> Any:
        def note(*args: Any, **kwargs: Any) -> Any:
            start = len(graph.get_operations())
            output = call(*args, **kwargs)
            noted.append((start, len(graph.get_operations())))
            return output

        return note

    for layer in layers:
        layer.call = noting(layer.call)
    try:
        yield noted
    finally:
        for layer in layers:
            del layer.call  # which brings back that of its class


def kept_features(
    graph: tf.Graph, variables: Iterable, blocks: Iterable[tuple[int, int]], share: Any
) -> KeptFeatures:
    """Sizes of what gradients of these variables read in a graph of a forward pass.

    Args:
      graph: holds the forward pass and nothing else that matters.
      variables: the TensorFlow variables that gradients are taken of.
      blocks: numbers of each block's operations, from `noted_operations`.
      share: of an operation, what part of its output there really is.
    """
    operations = graph.get_operations()
    learns = _descendants(operations, {variable.handle.name for variable in variables})
    kept: dict[str, tf.Tensor] = {}
    for operation in operations:
        for tensor in _read_by_gradient(operation, learns):
            source = _source(tensor)
            kept[source.name] = source
    sizes = {name: _size(tensor) * share(tensor.op) for name, tensor in kept.items()}
    numbers = {operation.name: number for number, operation in enumerate(operations)}
    in_blocks = []
    for start, end in blocks:
        # The last operation is the block's output, which is what the next one recomputes from.
        own = [
            int(sizes[name])
            for name, tensor in kept.items()
            if start <= numbers[tensor.op.name] < end - 1 and name in learns
        ]
        in_blocks.append(sum(own))
    return KeptFeatures(
        int(sum(sizes.values())), tuple(in_blocks), int(max(sizes.values(), default=0))
    )


def _descendants(operations: list[tf.Operation], handles: set[str]) -> set[str]:
    """Names of the float tensors that are computed from the variables of these handles."""
    found = set(handles)
    for operation in operations:
        if any(tensor.name in found for tensor in operation.inputs):
            found |= {tensor.name for tensor in operation.outputs if tensor.dtype.is_floating}
    return found


def _read_by_gradient(operation: tf.Operation, learns: set[str]) -> list[tf.Tensor]:
    what = READ_BY_GRADIENT.get(operation.type, NOTHING)
    inputs = [tensor for tensor in operation.inputs if tensor.dtype.is_floating]
    has_gradient = [tensor.name in learns for tensor in inputs]
    if not any(has_gradient) or what == NOTHING:
        return []
    if what == OUTPUT:
        return list(operation.outputs[:1])
    if what == ALL_INPUTS:
        return inputs
    return [
        tensor
        for index, tensor in enumerate(inputs)
        if any(has_gradient[:index] + has_gradient[index + 1 :])
    ]


def _source(tensor: tf.Tensor) -> tf.Tensor:
    """The tensor whose memory this one shares."""
    while tensor.op.type in ("Identity", "Reshape", "StopGradient", "Squeeze", "ExpandDims"):
        tensor = tensor.op.inputs[0]
    return tensor


def _size(tensor: tf.Tensor) -> int:
    """Bytes; weights, which are counted elsewhere, have none."""
    if tensor.op.type == "ReadVariableOp" or tensor.shape.rank is None:
        return 0
    if None in tensor.shape.as_list():
        return 0
    return math.prod(tensor.shape.as_list()) * tensor.dtype.size
