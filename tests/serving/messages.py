"""Official messages made of arrays, and what a call that is refused says."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import grpc
import numpy as np
import PIL.Image
import tensorflow as tf
from tensorflow_serving.apis import (
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from tests.serving.models import CARD


def label_map(rows: int = 1, seed: int = 0) -> np.ndarray:
    """Random label maps for `models.CARD`."""
    shape = (rows, CARD.height, CARD.width)
    return np.random.default_rng(seed).integers(0, len(CARD.labels), shape, np.int32)


def predict_request(
    inputs: Mapping[str, Any],
    model: str = "tiny",
    signature: str = "",
    version: int | None = None,
    label: str | None = None,
    outputs: tuple[str, ...] = (),
) -> predict_pb2.PredictRequest:
    """A PredictRequest; values are arrays or TensorProtos."""
    request = predict_pb2.PredictRequest(output_filter=outputs)
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    if label is not None:
        request.model_spec.version_label = label
    for name, value in inputs.items():
        proto = value if hasattr(value, "dtype") and hasattr(value, "int_val") else None
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value) if proto is None else proto)
    return request


def arrays(response: predict_pb2.PredictResponse) -> dict[str, np.ndarray]:
    """The outputs of a PredictResponse."""
    return {name: tf.make_ndarray(value) for name, value in response.outputs.items()}


def png(image: np.ndarray, **options: Any) -> bytes:
    """A picture as a PNG file, or of another `format`."""
    file = io.BytesIO()
    PIL.Image.fromarray(image).save(file, **{"format": "PNG", **options})
    return file.getvalue()


def refusal(call: Callable[[], Any]) -> tuple[grpc.StatusCode, str]:
    """Code and message that a call is refused with."""
    try:
        answer = call()
    except grpc.RpcError as error:
        return error.code(), error.details()
    raise AssertionError(f"it was answered: {answer}")


class Stubs:
    """The official stubs on a channel."""

    def __init__(self, channel: grpc.Channel):
        self.channel = channel
        self.prediction = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        self.model = model_service_pb2_grpc.ModelServiceStub(channel)

    def predict(self, *args: Any, timeout: float | None = 60, **kwargs: Any) -> Any:
        """Predicts; the arguments are those of `predict_request`."""
        return self.prediction.Predict(predict_request(*args, **kwargs), timeout)
