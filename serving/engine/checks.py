"""What TensorFlow Serving looks at before it runs a model, in its order and its words.

Pure functions of a request and a signature: no gRPC, no session.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
import numpy as np
from tensorflow.core.framework import types_pb2

from serving import tensors
from serving.engine import label_png
from serving.engine.limits import Limits
from serving.engine.refusal import Refusal, invalid
from spade_tf.errors import UserError

DEFAULT_SIGNATURE = "serving_default"


@dataclass(frozen=True)
class Task:
    """A request that has passed the checks.

    signature  its name
    feeds      arrays by tensor name
    fetches    tensor names by output alias
    rows       of the batch; 1 for a signature without a batch
    batched    whether every input and output has the batch as its first axis
    """

    signature: str
    feeds: Mapping[str, np.ndarray]
    fetches: Mapping[str, str]
    rows: int
    batched: bool


def check_request(
    request: Any,
    signatures: Mapping[str, Any],
    limits: Limits,
    png_size: tuple[int, int] | None = None,
) -> Task:
    """A PredictRequest as arrays to feed and tensors to fetch.

    Args:
        request: `tensorflow.serving.PredictRequest`.
        signatures: `tensorflow.SignatureDef` by name.
        limits: see there.
        png_size: (height, width) of label PNGs, if it is known.

    Raises:
        Refusal: FAILED_PRECONDITION for an unknown signature, else INVALID_ARGUMENT.
    """
    name, signature = find_signature(request.model_spec.signature_name, signatures)
    check_names(request.inputs, signature)
    arrays = parse(request.inputs, signature, limits.max_message_bytes)
    fetches = check_filter(request.output_filter, signature.outputs)
    check_types(arrays, signature.inputs)
    check_shapes(arrays, signature.inputs)
    rows = count_rows(arrays, signature.inputs, limits.max_rows)
    if label_png.INPUT in arrays:
        label_png.check(arrays[label_png.INPUT], png_size, limits.max_message_bytes)
    return Task(
        signature=name,
        feeds={signature.inputs[alias].name: array for alias, array in arrays.items()},
        fetches=fetches,
        rows=rows or 1,
        batched=all(map(_has_batch, [*signature.inputs.values(), *signature.outputs.values()])),
    )


def find_signature(name: str, signatures: Mapping[str, Any]) -> tuple[str, Any]:
    """The signature that a request names; none means the default one."""
    name = name or DEFAULT_SIGNATURE
    if name not in signatures:
        raise Refusal(
            grpc.StatusCode.FAILED_PRECONDITION, f'Serving signature key "{name}" not found.'
        )
    return name, signatures[name]


def check_names(inputs: Iterable[str], signature: Any) -> None:
    """Every input is given or has a default value, and nothing else is given."""
    given, known, default = set(inputs), set(signature.inputs), set(signature.defaults)
    if not default and len(given) != len(known):
        raise invalid(
            f"input size does not match signature: {len(given)}!={len(known)} "
            f"len({_set(given)}) != len({_set(known)}). Sent extra: {_set(given - known)}. "
            f"Missing but required: {_set(known - given)}."
        )
    for alias in sorted(known - given - default):
        raise invalid(
            f"Signature input alias: {alias}(feed name: {signature.inputs[alias].name}) not found "
            f"in request and no default value provided. Inputs expected to be in the request "
            f"{_set(known - default)}, or default input alias set: {_set(default)}"
        )
    if given - known:
        raise invalid(f"Inputs contains invalid name. Used request inputs: {_set(given & known)}")


def parse(inputs: Mapping[str, Any], signature: Any, max_bytes: int) -> dict[str, np.ndarray]:
    """The arrays of a request, and the default values of what it leaves out."""
    arrays = {}
    for alias in sorted(signature.inputs):
        tensor = inputs[alias] if alias in inputs else signature.defaults[alias]
        try:
            arrays[alias] = tensors.decode(tensor, max_bytes)
        except (UserError, OverflowError) as error:
            raise invalid(f"tensor parsing error: {alias}: {error}") from error
    return arrays


def check_filter(names: Iterable[str], outputs: Mapping[str, Any]) -> dict[str, str]:
    """The tensors of the outputs that are asked for, by alias; an empty filter means all."""
    found: dict[str, str] = {}
    for name in names:
        if name not in outputs:
            raise invalid(
                f"output tensor alias not found in signature: {name} Outputs expected to be in "
                f"the set {_set(outputs)}."
            )
        if name in found:
            raise invalid(f"duplicate output tensor alias: {name}")
        found[name] = outputs[name].name
    return found or {alias: outputs[alias].name for alias in sorted(outputs)}


def check_types(arrays: Mapping[str, np.ndarray], inputs: Mapping[str, Any]) -> None:
    """Arrays have the types that the signature says."""
    for index, (alias, array) in enumerate(arrays.items()):
        expected = types_pb2.DataType.Name(inputs[alias].dtype)[3:].lower()
        given = _type_name(array.dtype)
        if given != expected:
            raise invalid(f"Expects arg[{index}] to be {expected} but {given} is provided")


def check_shapes(arrays: Mapping[str, np.ndarray], inputs: Mapping[str, Any]) -> None:
    """Arrays fit the shapes that the signature says.

    TensorFlow Serving does not look at them: there the guards in the graph refuse what is wrong.
    """
    for alias, array in arrays.items():
        if inputs[alias].tensor_shape.unknown_rank:
            continue
        expected = [dim.size for dim in inputs[alias].tensor_shape.dim]
        fits = len(expected) == array.ndim and all(
            side in (-1, given) for side, given in zip(expected, array.shape, strict=True)
        )
        if not fits:
            sides = ",".join("?" if side < 0 else str(side) for side in expected)
            raise invalid(f"{alias} must have shape [{sides}], got {list(array.shape)}")


def count_rows(
    arrays: Mapping[str, np.ndarray], inputs: Mapping[str, Any], max_rows: int
) -> int | None:
    """The rows of the batch, which are the same for all inputs that have one; None without."""
    rows = {alias: len(array) for alias, array in arrays.items() if _has_batch(inputs[alias])}
    if not rows:
        return None
    counts = set(rows.values())
    if len(counts) > 1:
        raise invalid(
            "Batching input tensors supplied in a given request must have equal 0th-dimension "
            f"size: {', '.join(f'{alias} has {count}' for alias, count in rows.items())}"
        )
    (count,) = counts
    if not 0 < count <= max_rows:
        raise invalid(f"the request has {count} rows; expected 1 to {max_rows} (--max_rows)")
    return count


def _has_batch(info: Any) -> bool:
    dims = info.tensor_shape.dim
    return bool(dims) and dims[0].size == -1


def _type_name(dtype: np.dtype) -> str:
    """TensorFlow's name of a NumPy type."""
    names = {"float32": "float", "float64": "double", "float16": "half", "object": "string"}
    return names.get(dtype.name, dtype.name)


def _set(names: Iterable[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"
