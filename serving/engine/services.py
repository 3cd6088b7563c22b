"""The methods of tensorflow.serving.PredictionService and ModelService."""

import time
from typing import Any

import grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    predict_pb2,
    regression_pb2,
)

from serving.engine import answers, model_config
from serving.engine.batcher import Batcher
from serving.engine.calls import Answer, Call, Calls
from serving.engine.checks import check_request
from serving.engine.limits import Admission, Limits
from serving.engine.log import Log
from serving.engine.manager import Manager
from serving.engine.metrics import Metrics
from serving.engine.refusal import Refusal, invalid

UNSUPPORTED = {
    "Classify": classification_pb2.ClassificationRequest,
    "Regress": regression_pb2.RegressionRequest,
    "MultiInference": inference_pb2.MultiInferenceRequest,
}
"""They take tensorflow.Example messages, which no image model reads."""


class PredictionService:
    """Predict and GetModelMetadata.

    Args:
        encoding: of answers, one of `answers.ENCODINGS`.
        batcher: joins requests; None runs each alone.
    """

    def __init__(
        self,
        manager: Manager,
        limits: Limits,
        metrics: Metrics,
        encoding: str,
        batcher: Batcher | None = None,
    ):
        self._manager = manager
        self._limits = limits
        self._admission = Admission(limits)
        self._metrics = metrics
        self._encoding = encoding
        self._batcher = batcher

    def handler(self, calls: Calls) -> grpc.GenericRpcHandler:
        """The methods, for a gRPC server."""
        methods: dict[str, tuple[type, Answer]] = {
            "Predict": (predict_pb2.PredictRequest, self.predict),
            "GetModelMetadata": (
                get_model_metadata_pb2.GetModelMetadataRequest,
                self.get_model_metadata,
            ),
        }
        for name, request in UNSUPPORTED.items():
            methods[name] = (request, _unsupported)
        return _handler("tensorflow.serving.PredictionService", methods, calls)

    def predict(self, request: Any, call: Call) -> Any:
        """Runs a model."""
        spec = _model_spec(request, call)
        with self._admission.place(), self._manager.servable(spec) as servable:
            call.version = servable.version
            call.signature = spec.signature_name
            task = check_request(request, servable.signatures, self._limits, servable.image_size)
            call.signature, call.rows = task.signature, task.rows
            if self._batcher and task.batched:
                start = time.monotonic()
                arrays = self._batcher.run(servable, task, call.remaining)
            else:
                with self._admission.turn(call.remaining):
                    start = time.monotonic()
                    arrays = servable.run(task.feeds, list(task.fetches.values()), call.remaining())
            self._metrics.ran(call.model, time.monotonic() - start)
            response = predict_pb2.PredictResponse()
            for alias, array in zip(task.fetches, arrays, strict=True):
                answers.fill(response.outputs[alias], array, self._encoding)
        response.model_spec.name = spec.name
        response.model_spec.version.value = servable.version
        response.model_spec.signature_name = task.signature
        return response

    def get_model_metadata(self, request: Any, call: Call) -> Any:
        """The signatures of a model."""
        spec = _model_spec(request, call)
        if not request.metadata_field:
            raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
        for field in request.metadata_field:
            if field != "signature_def":
                raise invalid(f"Metadata field {field} is not supported")
        signatures = get_model_metadata_pb2.SignatureDefMap()
        with self._manager.servable(spec) as servable:
            call.version = servable.version
            for name, signature in servable.signatures.items():
                signatures.signature_def[name].CopyFrom(signature)
                signatures.signature_def[name].ClearField("defaults")
        response = get_model_metadata_pb2.GetModelMetadataResponse()
        response.model_spec.name = spec.name
        response.model_spec.version.value = servable.version
        response.metadata["signature_def"].Pack(signatures)
        return response


class ModelService:
    """GetModelStatus and HandleReloadConfigRequest."""

    def __init__(self, manager: Manager, log: Log):
        self._manager = manager
        self._log = log

    def handler(self, calls: Calls) -> grpc.GenericRpcHandler:
        """The methods, for a gRPC server."""
        methods: dict[str, tuple[type, Answer]] = {
            "GetModelStatus": (get_model_status_pb2.GetModelStatusRequest, self.get_model_status),
            "HandleReloadConfigRequest": (
                model_management_pb2.ReloadConfigRequest,
                self.reload_config,
            ),
        }
        return _handler("tensorflow.serving.ModelService", methods, calls)

    def get_model_status(self, request: Any, call: Call) -> Any:
        """The states of a model's versions."""
        if not request.HasField("model_spec"):
            raise invalid("Missing ModelSpec")
        call.model = request.model_spec.name
        response = get_model_status_pb2.GetModelStatusResponse()
        for version in self._manager.status(request.model_spec):
            status = response.model_version_status.add(version=version.number)
            status.state = int(version.state)
            if version.error:
                status.status.error_code = version.error.code.value[0]
                status.status.error_message = version.error.message
            else:
                status.status.error_code = 0
        return response

    def reload_config(self, request: Any, call: Call) -> Any:
        """Serves the models of the request, and no others."""
        configs = model_config.from_message(request.config)
        self._log.write("reload", models=[config.name for config in configs])
        self._manager.configure(configs)
        response = model_management_pb2.ReloadConfigResponse()
        response.status.error_code = 0
        return response


def _model_spec(request: Any, call: Call) -> Any:
    call.remaining()
    if not request.HasField("model_spec"):
        raise invalid("Missing ModelSpec")
    if not request.model_spec.name:
        raise invalid("ModelSpec has no name specified.")
    call.model = request.model_spec.name
    return request.model_spec


def _unsupported(_: Any, call: Call) -> Any:
    raise Refusal(
        grpc.StatusCode.UNIMPLEMENTED,
        f"{call.method} is not implemented: it takes tensorflow.Example messages; use Predict",
    )


def _handler(
    service: str, methods: dict[str, tuple[type, Answer]], calls: Calls
) -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(
        service,
        {name: calls.handler(name, request, answer) for name, (request, answer) in methods.items()},
    )
