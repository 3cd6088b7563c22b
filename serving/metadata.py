"""What a server says of a model: its signatures, and whether inputs fit them."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from serving import tensors, wire
from spade_tf.errors import UserError
from spade_tf.export.contract import DEFAULT, ENCODE_STYLE, Signature, Tensor


@dataclasses.dataclass(frozen=True)
class Metadata:
    """The model that answers: its name, the version, and its signatures by name."""

    model_name: str
    version: int
    signatures: Mapping[str, Signature]

    def signature(self, name: str) -> Signature:
        """A signature. Raises UserError for one that the model does not have."""
        if name not in self.signatures:
            raise UserError(
                f"model {self.model_name!r} version {self.version} has no signature {name!r}; "
                f"it has {', '.join(self.signatures)}"
            )
        return self.signatures[name]

    def size(self) -> tuple[int, int]:
        """Height and width of its label maps in pixels."""
        return self._size_of(DEFAULT, "label_map")

    def style_size(self) -> tuple[int, int]:
        """Height and width of the photographs that its style encoder reads."""
        return self._size_of(ENCODE_STYLE, "image")

    def _size_of(self, signature: str, name: str) -> tuple[int, int]:
        shapes = {tensor.name: tensor.shape for tensor in self.signature(signature).inputs}
        _, height, width, *_ = (*shapes.get(name, ()), None, None, None)
        if height is None or width is None:
            raise UserError(
                f"signature {signature!r} of model {self.model_name!r} has no input {name} of "
                "[batch, height, width]; it was not exported by spade_tf.export_model"
            )
        return height, width


def read_metadata(response: Any) -> Metadata:
    """The metadata of a GetModelMetadataResponse; internal signatures are left out.

    So are those with tensors of unknown rank or of a type that `serving.tensors` cannot read.
    """
    definitions = wire.SignatureDefMap()
    if "signature_def" in response.metadata:
        # By our own message: the Any names the official one.
        definitions.ParseFromString(response.metadata["signature_def"].value)
    found = {}
    for name, definition in sorted(definitions.signature_def.items()):
        every = [*definition.inputs.values(), *definition.outputs.values()]
        if name.startswith("__") or not all(map(_is_readable, every)):
            continue
        inputs, outputs = _tensors(definition.inputs), _tensors(definition.outputs)
        found[name] = Signature(name, "", inputs, outputs)
    spec = response.model_spec
    return Metadata(spec.name, spec.version.value, found)


def check_inputs(signature: Signature, inputs: Mapping[str, np.ndarray]) -> None:
    """Refuses inputs that a signature does not take; the server may not notice wrong shapes.

    Raises:
        UserError: names the input, and says what came and what was expected.
    """
    wanted = {tensor.name: tensor for tensor in signature.inputs}
    if wanted.keys() != inputs.keys():
        raise UserError(
            f"signature {signature.name!r} reads {', '.join(sorted(wanted))}; "
            f"got {', '.join(sorted(inputs)) or 'nothing'}"
        )
    batch = None
    for name, array in inputs.items():
        tensor = wanted[name]
        dtype = "string" if array.dtype.kind in "OS" else array.dtype.name
        if dtype != tensor.dtype:
            raise UserError(f"{name} is of type {dtype}; expected {tensor.dtype}")
        if not _fits(array.shape, tensor.shape):
            raise UserError(
                f"{name} is of shape {list(array.shape)}; expected {_shape_text(tensor.shape)}"
            )
        if tensor.shape and tensor.shape[0] is None:
            batch = len(array) if batch is None else batch
            if len(array) != batch or not batch:
                raise UserError(
                    f"{name} has {len(array)} rows, {next(iter(inputs))} has {batch}; expected the "
                    "same number, from 1"
                )


def _is_readable(info: Any) -> bool:
    unreadable = tensors.dtype_name(info.dtype).startswith("type ")
    return not (unreadable or info.tensor_shape.unknown_rank)


def _tensors(infos: Mapping[str, Any]) -> tuple[Tensor, ...]:
    return tuple(
        Tensor(
            name,
            tensors.dtype_name(info.dtype),
            tuple(None if dim.size < 0 else dim.size for dim in info.tensor_shape.dim),
            "",
        )
        for name, info in sorted(infos.items())
    )


def _fits(shape: tuple[int, ...], wanted: tuple[int | None, ...]) -> bool:
    return len(shape) == len(wanted) and all(
        side == want or want is None for side, want in zip(shape, wanted, strict=True)
    )


def _shape_text(shape: tuple[int | None, ...]) -> str:
    sides = ["any" if side is None else str(side) for side in shape]
    if shape and shape[0] is None:
        sides[0] = "batch"
    return f"[{', '.join(sides)}]"
