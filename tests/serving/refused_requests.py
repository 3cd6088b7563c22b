"""Requests that are refused: what is wrong, the request, TensorFlow Serving's code and words."""

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import predict_pb2

from tests.serving.messages import label_map, png, predict_request

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND

LABELS = {"label_map": label_map()}
STYLE = {"label_map": label_map(2), "instance_map": label_map(2, seed=1) // 2}
SEED = {**STYLE, "seed": np.array([5, 250])}


def declared(*sides, dtype=np.int32):
    """A tensor of one value that declares many."""
    tensor = tf.make_tensor_proto(np.zeros(1, dtype))
    tensor.tensor_content = b""
    tensor.int_val.append(0)
    del tensor.tensor_shape.dim[:]
    for side in sides:
        tensor.tensor_shape.dim.add(size=side)
    return tensor


def content(*values):
    return {"label_png_bytes": np.array(values, object)}


GREY = png(np.zeros((8, 12), np.uint8))

REFUSED = {
    "unknown model": (
        predict_request(LABELS, "nope"),
        NOT_FOUND,
        "Servable not found for request: Latest(nope)",
    ),
    "unknown version": (
        predict_request(LABELS, version=9),
        NOT_FOUND,
        "Servable not found for request: Specific(tiny, 9)",
    ),
    "version 0 is not the latest": (
        predict_request(LABELS, version=0),
        NOT_FOUND,
        "Servable not found for request: Specific(tiny, 0)",
    ),
    "version of an unknown model": (
        predict_request(LABELS, "nope", version=1),
        NOT_FOUND,
        "Servable not found for request: Specific(nope, 1)",
    ),
    "unknown label": (
        predict_request(LABELS, label="canary"),
        INVALID,
        "Unrecognized servable version label: canary",
    ),
    "no model spec": (predict_pb2.PredictRequest(), INVALID, "Missing ModelSpec"),
    "empty name": (predict_request(LABELS, ""), INVALID, "ModelSpec has no name specified."),
    "unknown signature": (
        predict_request(LABELS, signature="nope"),
        grpc.StatusCode.FAILED_PRECONDITION,
        'Serving signature key "nope" not found.',
    ),
    "an input too few": (
        predict_request(STYLE, "styled"),
        INVALID,
        "input size does not match signature: 2!=3 len({instance_map,label_map}) != "
        "len({instance_map,label_map,seed}). Sent extra: {}. Missing but required: {seed}.",
    ),
    "an input too many": (
        predict_request(SEED),
        INVALID,
        "input size does not match signature: 3!=1",
    ),
    "wrong name": (
        predict_request({"labels": label_map()}),
        INVALID,
        "Signature input alias: label_map(feed name: serving_default_label_map:0) not found in "
        "request and no default value provided. Inputs expected to be in the request {label_map}",
    ),
    "malformed tensor": (
        predict_request({"label_map": tensor_pb2.TensorProto()}),
        INVALID,
        "tensor parsing error: label_map",
    ),
    "wrong type": (
        predict_request({"label_map": label_map().astype(np.float32)}),
        INVALID,
        "Expects arg[0] to be int32 but float is provided",
    ),
    "wrong shape": (
        predict_request({"label_map": label_map()[:, :4]}),
        INVALID,
        "label_map must have shape [?,8,12], got [1, 4, 12]",
    ),
    "no batch": (predict_request({"label_map": label_map()[0]}), INVALID, "label_map must have"),
    "no rows": (predict_request({"label_map": label_map(0)}), INVALID, "the request has 0 rows"),
    "different rows": (
        predict_request({**SEED, "seed": np.array([1])}, "styled"),
        INVALID,
        "must have equal 0th-dimension size",
    ),
    "ids out of range": (
        predict_request({"label_map": label_map() + 1}),
        INVALID,
        "label_map must hold labels 0..4",
    ),
    "negative ids": (
        predict_request({"label_map": label_map() - 1}),
        INVALID,
        "label_map must hold labels 0..4",
    ),
    "unknown output": (
        predict_request(LABELS, outputs=("x",)),
        INVALID,
        "output tensor alias not found in signature: x Outputs expected to be in the set {image}.",
    ),
    "output twice": (
        predict_request(LABELS, outputs=("image", "image")),
        INVALID,
        "duplicate output tensor alias: image",
    ),
    "too many rows": (
        predict_request({"label_map": label_map(6)}),
        INVALID,
        "the request has 6 rows; expected 1 to 5",
    ),
    "shape bomb": (
        predict_request({"label_map": declared(10**6, 10**6, 10**6)}),
        INVALID,
        "tensor parsing error: label_map",
    ),
    "bomb of rows within the message size": (
        predict_request({"label_map": declared(2000, 8, 12)}),
        INVALID,
        "the request has 2000 rows; expected 1 to 5",
    ),
    "colour PNG": (
        predict_request(content(png(np.zeros((8, 12, 3), np.uint8))), "tiny", "synthesize_png"),
        INVALID,
        "label_png_bytes[0] is a 8-bit RGB PNG; expected 8-bit grey",
    ),
    "JPEG": (
        predict_request(
            content(GREY, png(np.zeros((8, 12), np.uint8), format="JPEG")),
            "tiny",
            "synthesize_png",
        ),
        INVALID,
        "label_png_bytes[1] is no PNG file",
    ),
    "PNG bomb": (
        predict_request(
            content(GREY[:16] + b"\0\0\xea\x60" * 2 + GREY[24:]), "tiny", "synthesize_png"
        ),
        INVALID,
        "label_png_bytes[0] is 60000x60000 pixels; the model paints 12x8",
    ),
    "PNG of another size": (
        predict_request(content(png(np.zeros((8, 8), np.uint8))), "tiny", "synthesize_png"),
        INVALID,
        "is 8x8 pixels; the model paints 12x8",
    ),
    "PNG that is cut off": (
        predict_request(content(GREY[:40]), "tiny", "synthesize_png"),
        INVALID,
        "PNG",
    ),
    "message too large": (
        predict_request({"label_map": np.full(2**18, 2**31 - 1, np.int32)}),
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "larger than max",
    ),
}
