"""Functions of a map whose gradient is given, where the steps' own gradients would be slow."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops


def own_gradient(function: Callable[[Any], tuple]) -> Callable[[Any], Any]:
    """`keras.ops.custom_gradient` for functions of one tensor, on every backend.

    For first derivatives: a gradient of the gradient would take what the function computed for
    constant.

    Args:
        function: from x to its outputs, one tensor or a tuple, and a function from the gradient of
            the first output to that of x. Further outputs have none.

    Returns:
        From x to the outputs.
    """

    @ops.custom_gradient
    def outputs_of(x: Any) -> tuple:
        outputs, gradient = function(x)

        def of_x(*args: Any, upstream: Any = None) -> Any:  # backends call it in their own ways
            return gradient(keras.tree.flatten(args if upstream is None else upstream)[0])

        return outputs, of_x

    return outputs_of
