"""What browsers send to the gateway: a file as the body, or a form with files and values."""

import dataclasses
import json
import math
from typing import Annotated, Any

import fastapi
from starlette.datastructures import FormData, UploadFile

from spade_tf.errors import UserError

_FORM = "multipart/form-data"
_FILE = {"type": "string", "format": "binary"}

Seed = Annotated[int, fastapi.Query(ge=0, le=2**31 - 1, description="of the style")]
Style = Annotated[
    str | None, fastapi.Query(max_length=100_000, description="the style as numbers: 0.1,-0.2,...")
]
Resize = Annotated[bool, fastapi.Query(description="scale maps of another size (nearest pixel)")]


def _body(file: dict[str, Any], form: dict[str, Any], required: str) -> dict[str, Any]:
    form_schema = {"type": "object", "properties": form, "required": [required]}
    content = {kind: {"schema": _FILE} for kind in file} | {_FORM: {"schema": form_schema}}
    return {"requestBody": {"required": True, "content": content}}


LABELS_BODY = _body(
    {"image/png": _FILE},
    {
        "labels": _FILE,
        "instances": _FILE,
        "seed": {"type": "integer"},
        "z": {"type": "string", "description": "the style as numbers: 0.1,-0.2,..."},
        "resize": {"type": "boolean"},
    },
    "labels",
)
"""For OpenAPI: a label PNG, or a form that holds it with more."""

PHOTOGRAPH_BODY = _body(
    {"image/jpeg": _FILE, "image/png": _FILE, "image/webp": _FILE},
    {"photograph": _FILE},
    "photograph",
)
"""For OpenAPI: a photograph, or a form that holds it."""


@dataclasses.dataclass(frozen=True)
class Options:
    """How to paint: `z` (text of numbers, or read numbers) goes before `seed`."""

    seed: int
    z: Any
    resize: bool


@dataclasses.dataclass(frozen=True)
class Upload:
    """Files as they came, and how to paint them; `options.z` is a list of numbers or None."""

    labels: bytes
    instances: bytes | None
    options: Options


async def read_labels(request: fastapi.Request, options: Options) -> Upload:
    """A request to paint; what its form says goes before `options` of the address.

    Raises:
        UserError: no label map, an unknown field, or a value that is no number.
    """
    if not _is_form(request):
        return Upload(await request.body(), None, _with_numbers(options))
    async with request.form(max_files=2, max_fields=8) as form:
        _check_names(form, {"labels", "instances", "seed", "z", "resize"})
        given: dict[str, Any] = {}
        if "seed" in form:
            given["seed"] = _whole_number(_text(form, "seed"))
        if "z" in form:
            given["z"] = _text(form, "z")
        if "resize" in form:
            given["resize"] = _text(form, "resize").lower() in ("true", "1", "yes", "on")
        options = _with_numbers(dataclasses.replace(options, **given))
        labels = await _file(form, "labels")
        return Upload(
            labels, await _file(form, "instances") if "instances" in form else None, options
        )


async def read_photograph(request: fastapi.Request) -> bytes:
    """The photograph of a request. Raises UserError if its form has none."""
    if not _is_form(request):
        return await request.body()
    async with request.form(max_files=1, max_fields=1) as form:
        _check_names(form, {"photograph"})
        return await _file(form, "photograph")


def _is_form(request: fastapi.Request) -> bool:
    return request.headers.get("content-type", "").split(";")[0].strip().lower() == _FORM


def _check_names(form: FormData, known: set[str]) -> None:
    unknown = sorted(set(form) - known)
    if unknown:
        raise UserError(
            f"unknown field {unknown[0]!r}; the form's fields are {', '.join(sorted(known))}"
        )


async def _file(form: FormData, name: str) -> bytes:
    part = form.get(name)
    if not isinstance(part, UploadFile):
        raise UserError(f"the form has no file {name!r}; send the PNG as a file of that name")
    return await part.read()


def _text(form: FormData, name: str) -> str:
    part = form[name]
    if not isinstance(part, str):
        raise UserError(f"{name} is a file; expected a value")
    return part


def _whole_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 2**31):
        raise UserError(f"seed is {text[:40]!r}; expected a whole number, 0..{2**31 - 1}")
    return int(text)


def _with_numbers(options: Options) -> Options:
    """The options with `z` as numbers, of `0.1,-0.2` or `[0.1, -0.2]`."""
    if options.z is None:
        return options
    text = options.z.strip()
    try:
        numbers = json.loads(text if text.startswith("[") else f"[{text}]")
        numbers = [float(number) for number in numbers]
    except (ValueError, TypeError, RecursionError, OverflowError):
        numbers = []
    if not numbers or not all(map(math.isfinite, numbers)):
        raise UserError(f"z is {text[:40]!r}; expected numbers as 0.1,-0.2,...")
    return dataclasses.replace(options, z=numbers)
