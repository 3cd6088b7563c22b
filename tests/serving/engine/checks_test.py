"""The table of answers that TensorFlow Serving gives, row by row, without a server."""

import grpc
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import predict_pb2

from serving.engine import checks
from serving.engine.limits import Limits
from serving.engine.refusal import Refusal

INVALID = grpc.StatusCode.INVALID_ARGUMENT


def tensor_info(name, dtype, *sides):
    info = meta_graph_pb2.TensorInfo(name=f"{name}:0", dtype=dtype)
    for side in sides:
        info.tensor_shape.dim.add(size=side)
    return info


def signature(defaults=()):
    found = meta_graph_pb2.SignatureDef()
    found.inputs["labels"].CopyFrom(tensor_info("feed_labels", types_pb2.DT_UINT8, -1, 2, 3))
    found.inputs["z"].CopyFrom(tensor_info("feed_z", types_pb2.DT_FLOAT, -1, 4))
    found.outputs["image"].CopyFrom(tensor_info("painted", types_pb2.DT_UINT8, -1, 2, 3, 3))
    found.outputs["mean"].CopyFrom(tensor_info("mean", types_pb2.DT_FLOAT, -1))
    for name in defaults:
        found.defaults[name].CopyFrom(tf.make_tensor_proto(np.ones((1, 4), np.float32)))
    return found


def request(signature_name="", outputs=(), **inputs):
    message = predict_pb2.PredictRequest(output_filter=outputs)
    message.model_spec.signature_name = signature_name
    for name, value in inputs.items():
        message.inputs[name].CopyFrom(
            value if isinstance(value, tensor_pb2.TensorProto) else tf.make_tensor_proto(value)
        )
    return message


LABELS = np.arange(6, dtype=np.uint8).reshape(1, 2, 3)
Z = np.zeros((1, 4), np.float32)


def check(message, signature=signature(), **limits):  # noqa: B008
    return checks.check_request(message, {"serving_default": signature}, Limits(**limits))


def test_task():
    task = check(request(labels=LABELS, z=Z))
    assert task.signature == "serving_default"
    assert set(task.feeds) == {"feed_labels:0", "feed_z:0"}
    np.testing.assert_array_equal(task.feeds["feed_labels:0"], LABELS)
    assert task.fetches == {"image": "painted:0", "mean": "mean:0"}
    assert (task.rows, task.batched) == (1, True)


def test_filter_keeps_its_order():
    task = check(request(outputs=["mean", "image"], labels=LABELS, z=Z))
    assert list(task.fetches) == ["mean", "image"]
    assert list(check(request(outputs=["image"], labels=LABELS, z=Z)).fetches) == ["image"]


@pytest.mark.parametrize(
    ("message", "code", "text"),
    [
        (
            request("nope", labels=LABELS, z=Z),
            grpc.StatusCode.FAILED_PRECONDITION,
            'Serving signature key "nope" not found.',
        ),
        (
            request(labels=LABELS),
            INVALID,
            "input size does not match signature: 1!=2 len({labels}) != len({labels,z}). "
            "Sent extra: {}. Missing but required: {z}.",
        ),
        (
            request(labels=LABELS, z=Z, seed=Z),
            INVALID,
            "input size does not match signature: 3!=2 len({labels,seed,z}) != len({labels,z}). "
            "Sent extra: {seed}. Missing but required: {}.",
        ),
        (
            request(labels=LABELS, seed=Z),
            INVALID,
            "Signature input alias: z(feed name: feed_z:0) not found in request and no default "
            "value provided. Inputs expected to be in the request {labels,z}, or default input "
            "alias set: {}",
        ),
        (
            request(outputs=["x"], labels=LABELS, z=Z),
            INVALID,
            "output tensor alias not found in signature: x Outputs expected to be in the set "
            "{image,mean}.",
        ),
        (
            request(outputs=["image", "image"], labels=LABELS, z=Z),
            INVALID,
            "duplicate output tensor alias: image",
        ),
        (
            request(labels=LABELS.astype(np.float32), z=Z),
            INVALID,
            "Expects arg[0] to be uint8 but float is provided",
        ),
        (
            request(labels=LABELS, z=np.array([[b"a"]])),
            INVALID,
            "Expects arg[1] to be float but string is provided",
        ),
        (
            request(labels=LABELS[:, :, :2], z=Z),
            INVALID,
            "labels must have shape [?,2,3], got [1, 2, 2]",
        ),
        (request(labels=LABELS[0], z=Z), INVALID, "labels must have shape [?,2,3], got [2, 3]"),
        (
            request(labels=LABELS.repeat(2, 0), z=Z),
            INVALID,
            "Batching input tensors supplied in a given request must have equal 0th-dimension "
            "size: labels has 2, z has 1",
        ),
        (
            request(labels=LABELS[:0], z=Z[:0]),
            INVALID,
            "the request has 0 rows; expected 1 to 64 (--max_rows)",
        ),
    ],
)
def test_refusals(message, code, text):
    with pytest.raises(Refusal) as caught:
        check(message)
    assert (caught.value.code, caught.value.message) == (code, text)


def test_rows_are_limited():
    message = request(labels=LABELS.repeat(3, 0), z=Z.repeat(3, 0))
    assert check(message, max_rows=3).rows == 3
    with pytest.raises(Refusal, match="has 3 rows; expected 1 to 2"):
        check(message, max_rows=2)


def test_names_are_checked_before_the_filter_and_the_filter_before_types():
    with pytest.raises(Refusal, match="input size does not match"):
        check(request(outputs=["x"], labels=LABELS))
    with pytest.raises(Refusal, match="output tensor alias not found"):
        check(request(outputs=["x"], labels=LABELS.astype(np.int64), z=Z))


def test_declared_sizes_are_checked_before_memory_is_taken():
    bomb = tf.make_tensor_proto(LABELS)
    for dim in bomb.tensor_shape.dim:
        dim.size = 100_000  # 10^15 bytes
    with pytest.raises(Refusal, match=r"tensor parsing error: labels: .* more than") as caught:
        check(request(labels=bomb, z=Z))
    assert caught.value.code is INVALID


def test_malformed_tensors():
    short = tf.make_tensor_proto(LABELS)
    short.tensor_content = b"123"
    unknown = tf.make_tensor_proto(LABELS)
    unknown.dtype = 99
    negative = tf.make_tensor_proto(LABELS)
    negative.tensor_shape.dim[0].size = -1
    for tensor in (short, unknown, negative, tensor_pb2.TensorProto()):
        with pytest.raises(Refusal, match="tensor parsing error: labels") as caught:
            check(request(labels=tensor, z=Z))
        assert caught.value.code is INVALID


def test_defaults_fill_in_what_is_left_out():
    task = check(request(labels=LABELS), signature(defaults=["z"]))
    np.testing.assert_array_equal(task.feeds["feed_z:0"], np.ones((1, 4), np.float32))
    with pytest.raises(Refusal, match=r"alias: labels\(.*alias set: \{z\}"):
        check(request(z=Z), signature(defaults=["z"]))
    with pytest.raises(Refusal, match=r"invalid name. Used request inputs: \{labels\}"):
        check(request(labels=LABELS, x=Z), signature(defaults=["z"]))
