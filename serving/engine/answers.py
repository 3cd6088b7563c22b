"""Arrays as the TensorProtos of an answer, in either of the two forms that clients must read."""

from typing import Any

import numpy as np

from serving import tensors

ENCODINGS = ("field", "content")
"""`field`: typed values, as TensorFlow Serving sends them unless told otherwise; `content`: the
bytes of the array, as it does with --enable_serialization_as_tensor_content; a third smaller for
images and much faster to read."""

_FIELDS = {
    "float32": "float_val",
    "float64": "double_val",
    "int64": "int64_val",
    "bool": "bool_val",
    "uint32": "uint32_val",
    "uint64": "uint64_val",
}
_INTEGERS = ("int32", "uint8", "int16", "int8", "uint16")


def fill(tensor: Any, array: np.ndarray, encoding: str) -> None:
    """Fills an empty `tensorflow.TensorProto`."""
    name = array.dtype.name
    field = "int_val" if name in _INTEGERS else _FIELDS.get(name)
    if encoding == "content" or field is None:
        tensors.encode(array, tensor)
        return
    tensors.encode(np.empty(0, array.dtype), tensor)  # the type, in the words of TensorFlow
    tensor.ClearField("tensor_shape")
    tensor.ClearField("tensor_content")
    for side in array.shape:
        tensor.tensor_shape.dim.add().size = side
    getattr(tensor, field).extend(array.ravel().tolist())
