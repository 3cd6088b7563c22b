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
    if name == "uint8":
        tensor.MergeFromString(_typed_bytes(array))
    else:
        getattr(tensor, field).extend(array.ravel().tolist())


def _typed_bytes(array: np.ndarray) -> bytes:
    """A TensorProto with the `int_val` of a uint8 array, serialised.

    Value by value, an image of 256 x 256 pixels would take a hundredth of a second.
    """
    values = array.ravel()
    # A varint has 7 bits a byte, the lowest first, and the eighth bit says that more follow.
    pairs = np.stack([values, np.ones_like(values)], axis=-1)
    packed = pairs[np.stack([np.ones_like(values, bool), values >= 128], axis=-1)].tobytes()
    return bytes([7 << 3 | 2]) + _varint(len(packed)) + packed  # field 7, with a length


def _varint(number: int) -> bytes:
    groups = [number >> shift & 127 for shift in range(0, max(number.bit_length(), 1), 7)]
    return bytes([group | 128 for group in groups[:-1]] + groups[-1:])
