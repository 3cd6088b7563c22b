"""An HTTP door for browsers in front of a gRPC server: label PNG in, picture out.

    python -m serving.gateway --model_name=landscapes --model_card=BASE/1 --port=8081

It talks to TensorFlow Serving and to `serving.server` alike. /docs describes it, and
/openapi.json does so for programs. Errors are `{"error": "..."}`. The card is read once: start the
gateway anew when a version with other labels or of another size is published.
"""

import dataclasses
import pathlib
from collections.abc import Sequence
from typing import Any

import fastapi
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from serving import http_errors, label_files, photographs, uploads
from serving.body_limit import BodyLimit
from serving.client import Client, ServingError
from serving.pictures import encode_png
from spade_tf.errors import UserError
from spade_tf.export.contract import ModelCard

MAX_BODY_BYTES = 16 << 20
MAX_PIXELS = 1 << 24


def create_app(
    client: Client,
    card: ModelCard,
    *,
    origins: Sequence[str] = (),
    static: pathlib.Path | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
    max_pixels: int = MAX_PIXELS,
) -> fastapi.FastAPI:
    """The web application.

    Args:
        client: of the server behind it.
        card: of the model.
        origins: pages of other origins that may call it (CORS); none by default.
        static: a folder of pages to serve at /.
        max_body_bytes: of a request; larger ones are 413.
        max_pixels: of a picture sent; larger ones are not decoded.
    """
    app = fastapi.FastAPI(title="spade_tf gateway", version="1", redoc_url=None)
    app.add_middleware(BodyLimit, max_bytes=max_body_bytes)
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Content-Type"],
        )
    app.add_exception_handler(ServingError, http_errors.from_server)
    app.add_exception_handler(UserError, http_errors.from_user_error)
    app.add_exception_handler(RequestValidationError, http_errors.from_parameters)
    app.add_exception_handler(HTTPException, http_errors.from_http)
    app.include_router(_routes(client, card, max_pixels))
    if static:
        app.mount("/", StaticFiles(directory=static, html=True))
    return app


def _routes(client: Client, card: ModelCard, max_pixels: int) -> fastapi.APIRouter:
    routes = fastapi.APIRouter(responses=http_errors.RESPONSES)

    @routes.get("/healthz", summary="Whether the model answers")
    def health() -> JSONResponse:
        # Asks each time: what was so a moment ago is no answer.
        if any(version.state == "AVAILABLE" for version in client.status()):
            return JSONResponse({"status": "SERVING"})
        return JSONResponse({"error": "no version of the model is AVAILABLE"}, 503)

    @routes.get("/api/model", summary="The model card, and the signatures that are served")
    def model() -> dict[str, Any]:
        metadata = client.metadata()
        return {
            "card": dataclasses.asdict(card),
            "model_name": metadata.model_name,
            "version": metadata.version,
            "signatures": {
                name: dataclasses.asdict(signature)
                for name, signature in metadata.signatures.items()
            },
        }

    @routes.post(
        "/api/synthesize",
        summary="Paints a label map",
        response_class=Response,
        responses={200: {"content": {"image/png": {}}, "description": "the picture"}},
        openapi_extra=uploads.LABELS_BODY,
    )
    async def synthesize(
        request: fastapi.Request,
        seed: uploads.Seed = 0,
        z: uploads.Style = None,
        resize: uploads.Resize = False,
    ) -> Response:
        upload = await uploads.read_labels(request, uploads.Options(seed, z, resize))
        png = await run_in_threadpool(_paint, client, card, upload, max_pixels)
        return Response(png, media_type="image/png")

    @routes.post(
        "/api/style",
        summary="The style of a photograph: mean and log variance of its distribution",
        openapi_extra=uploads.PHOTOGRAPH_BODY,
    )
    async def style(request: fastapi.Request) -> dict[str, list[float]]:
        content = await uploads.read_photograph(request)
        return await run_in_threadpool(_encode_style, client, content, max_pixels)

    return routes


def _paint(client: Client, card: ModelCard, upload: uploads.Upload, max_pixels: int) -> bytes:
    size = (card.height, card.width)
    options = upload.options
    labels = label_files.read_label_map(upload.labels, "the label map", card, max_pixels)
    label_map = label_files.fit(labels, size, "the label map", options.resize)
    instances = None
    if upload.instances is not None:
        own_size = label_files.read_instance_map(upload.instances, "the instance map", max_pixels)
        instances = label_files.fit(own_size, size, "the instance map", options.resize)
    style = {"z": options.z} if options.z is not None else {"seed": options.seed}
    images = client.synthesize(label_map, instances, **style)
    return encode_png(images[0])


def _encode_style(client: Client, content: bytes, max_pixels: int) -> dict[str, list[float]]:
    size = client.metadata().style_size()
    image = photographs.read_photograph(content, "the photograph", size, max_pixels)
    mean, log_variance = client.encode_style(image)
    return {"mean": mean[0].tolist(), "log_variance": log_variance[0].tolist()}


if __name__ == "__main__":
    from serving import gateway_command

    gateway_command.start()
