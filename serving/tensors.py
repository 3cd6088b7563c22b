"""TensorProto to NumPy and back, in both forms: typed values, and the bytes of the array.

Works alike with the messages of `serving.wire` and the official ones. Nothing is allocated before
the declared shape is known to be affordable: a few bytes can declare a terabyte.
"""

import math
from typing import Any

import numpy as np

from spade_tf.errors import UserError

MAX_BYTES = 1 << 30
"""Largest array that `decode` makes unless told otherwise."""

_TYPES = {
    1: ("float32", "float_val"),
    2: ("float64", "double_val"),
    3: ("int32", "int_val"),
    4: ("uint8", "int_val"),
    5: ("int16", "int_val"),
    6: ("int8", "int_val"),
    7: ("string", "string_val"),
    9: ("int64", "int64_val"),
    10: ("bool", "bool_val"),
    17: ("uint16", "int_val"),
    19: ("float16", "half_val"),
    22: ("uint32", "uint32_val"),
    23: ("uint64", "uint64_val"),
}
"""tensorflow.DataType number: its name, and the field of its typed values."""

_NUMBERS = {name: number for number, (name, _) in _TYPES.items()}

_MAX_DIMENSIONS = 64
"""Those of a NumPy array."""


class TensorTooLarge(UserError):
    """A TensorProto that declares more values than the receiver is willing to hold."""


def dtype_name(number: int) -> str:
    """The name of a tensorflow.DataType, such as `uint8` for 4; `type N` for one we cannot read."""
    return _TYPES[number][0] if number in _TYPES else f"type {number}"


def declared_shape(tensor: Any) -> tuple[int, ...]:
    """The shape that a TensorProto declares.

    Raises:
        UserError: none, or one with negative sides or too many dimensions.
    """
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    if tensor.tensor_shape.unknown_rank or min(shape, default=0) < 0:
        raise UserError(f"a tensor must have a known shape, got {_shape_text(tensor)}")
    if len(shape) > _MAX_DIMENSIONS:
        raise UserError(f"a tensor of {len(shape)} dimensions; expected {_MAX_DIMENSIONS} at most")
    return shape


def decode(tensor: Any, max_bytes: int = MAX_BYTES) -> np.ndarray:
    """The array of a TensorProto; one of strings has dtype object and holds `bytes`.

    As TensorFlow reads it: typed values that are fewer than the shape asks for are continued with
    the last one, or with zeros if there is none; what is left over is passed over.

    Args:
        tensor: `tensorflow.TensorProto`, ours or the official one.
        max_bytes: of the array (strings: of 8 bytes each).

    Raises:
        TensorTooLarge: the declared shape asks for more than `max_bytes`.
        UserError: an unreadable type or shape, or bytes that do not fit the shape.
    """
    if tensor.dtype not in _TYPES:
        raise UserError(f"a tensor of {dtype_name(tensor.dtype)} cannot be read")
    name, field = _TYPES[tensor.dtype]
    shape = declared_shape(tensor)
    dtype = np.dtype(object if name == "string" else name)
    # Sides of 0 count as 1: NumPy too refuses (0, 2**62).
    if math.prod(max(side, 1) for side in shape) * dtype.itemsize > max_bytes:
        raise TensorTooLarge(
            f"a tensor of shape {list(shape)} and type {name} has more than {max_bytes} bytes"
        )
    if tensor.tensor_content:
        return _from_content(tensor.tensor_content, dtype, shape)
    return _from_values(getattr(tensor, field), dtype, shape)


def encode(array: np.ndarray, tensor: Any) -> Any:
    """Fills an empty TensorProto with an array and returns it.

    Integers are sent in the smaller of both forms: labels below 128 take one byte as a typed value
    and four as part of the array.

    Raises:
        UserError: an array of a type that TensorProto has no values for.
    """
    name = "string" if array.dtype.kind in "OS" else array.dtype.name
    if name not in _NUMBERS:
        raise UserError(f"an array of {name} cannot be sent; expected {', '.join(_NUMBERS)}")
    tensor.dtype = _NUMBERS[name]
    for side in array.shape:
        tensor.tensor_shape.dim.add().size = side
    if name == "string":
        tensor.string_val.extend(array.ravel().tolist())
    elif name in ("int32", "int64") and _varint_bytes(array) < array.nbytes:
        field = "int_val" if name == "int32" else "int64_val"
        getattr(tensor, field).extend(array.ravel().tolist())
    else:
        tensor.tensor_content = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
    return tensor


def _from_content(content: bytes, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    if dtype.hasobject:
        raise UserError("strings must be sent as string_val, not as tensor_content")
    expected = math.prod(shape) * dtype.itemsize
    if len(content) != expected:
        raise UserError(
            f"{len(content)} bytes of tensor_content for shape {list(shape)} of {dtype.name}; "
            f"expected {expected}"
        )
    return np.frombuffer(content, dtype.newbyteorder("<")).astype(dtype).reshape(shape)


def _from_values(values: Any, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    count = math.prod(shape)
    given = min(count, len(values))
    array = np.zeros(count, dtype) if not dtype.hasobject else np.full(count, b"", dtype)
    if dtype == np.float16:  # sent as bit patterns
        array[:given] = np.array(values[:given], np.int32).astype(np.uint16).view(np.float16)
    elif dtype.kind in "iu" and dtype.itemsize < 4:  # those beyond the type wrap around, as in C++
        array[:given] = np.array(values[:given], np.int32).astype(dtype)
    else:
        array[:given] = values[:given]
    if given:
        array[given:] = array[given - 1]
    return array.reshape(shape)


def _varint_bytes(array: np.ndarray) -> int:
    """Bytes of integers as packed varints: 7 bits each; negative ones take ten bytes."""
    unsigned = array.astype(np.int64, copy=False).view(np.uint64)
    longer = sum(int(np.count_nonzero(unsigned >> np.uint64(7 * k))) for k in range(1, 10))
    return array.size + longer


def _shape_text(tensor: Any) -> str:
    if tensor.tensor_shape.unknown_rank:
        return "one of unknown rank"
    return str([dim.size for dim in tensor.tensor_shape.dim])
