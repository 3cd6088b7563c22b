"""Asks a server for images: TensorFlow Serving or `serving.server`, by the same gRPC calls.

    python -m serving.client --labels=labels.png --output=image.png \
        --server=127.0.0.1:8500 --model_name=landscapes

As a library it is the class `Client`. It needs grpcio, protobuf, numpy and pillow, no TensorFlow.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from serving import calls, label_files, tensors, wire
from serving.calls import ServingError, Tls
from serving.metadata import Metadata, check_inputs, read_metadata
from serving.painting import painting_inputs
from spade_tf.errors import UserError
from spade_tf.export.contract import ENCODE_STYLE, PNG

__all__ = ["Client", "ServingError", "Tls", "VersionStatus"]

_T = TypeVar("_T")


@dataclasses.dataclass(frozen=True)
class VersionStatus:
    """A version of a model: its number, `state` (`AVAILABLE` when it answers), and what failed."""

    version: int
    state: str
    error_code: int
    error_message: str


class Client:
    """One model of one server. Safe to share between threads; close it or use it with `with`.

    Inputs are checked against the signatures that the server tells before they are sent: servers
    take wrong shapes for right ones.

    Args:
        server: HOST:PORT of its gRPC port.
        model_name: under which it serves the model.
        version: to ask for; None = the newest.
        version_label: such as `stable`, instead of a version.
        timeout_s: for each call, its retries included.
        retries: tries after the first where the server cannot be reached or is too busy.
        tls: how to encrypt; None = not at all.

    Raises (every method):
        ServingError: the server or the network refused; `code` says how.
        UserError: inputs that the model does not take. ServingError is one too.
    """

    def __init__(
        self,
        server: str,
        model_name: str,
        *,
        version: int | None = None,
        version_label: str | None = None,
        timeout_s: float = 30.0,
        retries: int = 3,
        tls: Tls | None = None,
    ):
        if version is not None and version_label is not None:
            raise UserError("give a version or a version label, not both")
        if not model_name:
            raise UserError("model_name is empty; give the name that the server knows the model by")
        if not timeout_s > 0 or retries < 0:
            raise UserError(f"timeout_s={timeout_s}, retries={retries}; expected > 0 and >= 0")
        self.server, self.model_name = server, model_name
        self._choice: dict[str, Any] = {"version": version, "version_label": version_label}
        self._limits: dict[str, Any] = {"timeout_s": timeout_s, "retries": retries}
        self._channel = calls.open_channel(server, tls)
        self._stub: Any = wire.Stub(self._channel)
        self._known: Metadata | None = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connection, and calls that are under way."""
        self._channel.close()

    def metadata(self) -> Metadata:
        """What answers now: version, and signatures with types and shapes."""
        request = wire.GetModelMetadataRequest(
            model_spec=self._spec(), metadata_field=["signature_def"]
        )
        self._known = read_metadata(self._call(self._stub.get_model_metadata, request))
        return self._known

    def status(self) -> list[VersionStatus]:
        """The versions that the server knows, or the one asked for."""
        request = wire.GetModelStatusRequest(model_spec=self._spec())
        response = self._call(self._stub.get_model_status, request)
        states = wire.ModelVersionStatus.DESCRIPTOR.fields_by_name["state"].enum_type
        names = {number: value.name for number, value in states.values_by_number.items()}
        return [
            VersionStatus(
                entry.version,
                names.get(entry.state, str(entry.state)),
                entry.status.error_code,
                entry.status.error_message,
            )
            for entry in response.model_version_status
        ]

    def synthesize(
        self,
        label_map: Any,
        instance_map: Any = None,
        seed: int | Sequence[int] = 0,
        z: Any = None,
        samples: int = 1,
    ) -> np.ndarray:
        """Paints label maps.

        Args:
            label_map: labels, [height, width] or [batch, height, width] integers.
            instance_map: likewise, for models that read one; None = the borders of the labels.
            seed: of the style, or one for each label map; sample k has seed + k.
            z: styles instead of seeds, [samples or batch * samples, latent_dim].
            samples: images of each label map, each of another style.

        Returns: uint8 [batch * samples, height, width, 3], the samples of a map one after another.
        """

        def prepare(metadata: Metadata) -> tuple[str, dict[str, np.ndarray]]:
            name, inputs = painting_inputs(
                metadata, label_map, instance_map, seed=seed, z=z, samples=samples
            )
            check_inputs(metadata.signature(name), inputs)
            return name, inputs

        return self._predict(*self._with_metadata(prepare))["image"]

    def encode_style(self, photograph: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The style of photographs, uint8 RGB of the model's style size.

        Returns: mean and log variance, float32 [batch, latent_dim] each.
        """
        photograph = np.asarray(photograph)
        batch = photograph[None] if photograph.ndim == 3 else photograph
        style = self.predict(ENCODE_STYLE, {"image": batch})
        return style["mean"], style["log_variance"]

    def synthesize_png(self, label_png: bytes) -> bytes:
        """Paints a label file, an 8-bit grey PNG of file ids of the model's size; returns a PNG."""
        header = label_files.read_header(label_png, "the label PNG")
        label_files.check_grey(header, "the label PNG")

        def check(metadata: Metadata) -> None:
            metadata.signature(PNG)
            label_files.check_size((header.height, header.width), metadata.size(), "the label PNG")

        self._with_metadata(check)
        answer = self._predict(PNG, {"label_png_bytes": np.array([label_png], object)})
        return answer["image_bytes"][0]

    def predict(self, signature: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Calls any signature with arrays by name; returns its outputs by name."""
        self._with_metadata(lambda m: check_inputs(m.signature(signature), inputs))
        return self._predict(signature, inputs)

    def _predict(self, signature: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        request = wire.PredictRequest(model_spec=self._spec(signature))
        for name, array in inputs.items():
            tensors.encode(array, request.inputs[name])
        response = self._call(self._stub.predict, request)
        return {name: tensors.decode(tensor) for name, tensor in response.outputs.items()}

    def _with_metadata(self, use: Callable[[Metadata], _T]) -> _T:
        """`use` of the metadata known; if it refuses, of those that hold now."""
        if self._known:
            try:
                return use(self._known)
            except UserError:
                pass  # perhaps the server has changed versions meanwhile
        return use(self.metadata())

    def _spec(self, signature: str = "") -> Any:
        spec = wire.ModelSpec(name=self.model_name, signature_name=signature)
        if self._choice["version"] is not None:
            spec.version.value = self._choice["version"]
        if self._choice["version_label"] is not None:
            spec.version_label = self._choice["version_label"]
        return spec

    def _call(self, method: Callable[..., Any], request: Any) -> Any:
        return calls.call(method, request, server=self.server, **self._limits)


if __name__ == "__main__":
    from serving import client_command

    client_command.start()
