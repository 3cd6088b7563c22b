"""Errors as HTTP: statuses as TensorFlow Serving's REST API has them, bodies {"error": "..."}."""

from typing import Any

import grpc
from fastapi.responses import JSONResponse

from serving.client import ServingError

HTTP_STATUS = {
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.UNKNOWN: 500,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.INTERNAL: 500,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DATA_LOSS: 500,
}

_SCHEMA = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}

RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": meaning, "content": {"application/json": {"schema": _SCHEMA}}}
    for status, meaning in {
        400: "not what the model reads",
        413: "too large",
        429: "the server is too busy",
        503: "the server or the model is not there",
        504: "no answer in time",
    }.items()
}
"""The errors that every route may answer, for OpenAPI."""


async def from_server(_: object, error: Exception) -> JSONResponse:
    """What the gRPC server refused; its address is not told to browsers."""
    assert isinstance(error, ServingError)
    return JSONResponse({"error": error.details}, HTTP_STATUS[error.code])


async def from_user_error(_: object, error: Exception) -> JSONResponse:
    """Bad input that was found here."""
    return JSONResponse({"error": str(error)}, 400)


async def from_parameters(_: object, error: Any) -> JSONResponse:
    """Parameters of the wrong type."""
    texts = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return JSONResponse({"error": "; ".join(texts)}, 400)


async def from_http(_: object, error: Any) -> JSONResponse:
    """Unknown paths, wrong methods, and bodies too large."""
    return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)
