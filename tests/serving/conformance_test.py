"""The embedded server answers as TensorFlow Serving does, over real gRPC, row by row.

With the official stubs and, for what it can do, with ovmsclient, which others have written.
"""

import time

import grpc
import numpy as np
import ovmsclient
import pytest
import tensorflow as tf
from google.protobuf import text_format
from grpc_health.v1 import health_pb2, health_pb2_grpc
from ovmsclient.tfs_compat.base.errors import InvalidInputError, ModelNotFoundError
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    regression_pb2,
)

from serving import calls, wire
from tests.serving.messages import (
    Stubs,
    arrays,
    label_map,
    png,
    refusal,
)
from tests.serving.models import CARD, STYLED, encode_style, paint, write_version
from tests.serving.refused_requests import LABELS, REFUSED, SEED, STYLE
from tests.serving.server_process import ServerProcess

pytestmark = pytest.mark.slow  # they share a server, whose start takes seconds

INVALID = grpc.StatusCode.INVALID_ARGUMENT
NOT_FOUND = grpc.StatusCode.NOT_FOUND
PRECONDITION = grpc.StatusCode.FAILED_PRECONDITION

CONFIG = """
model_config_list {{
  config {{
    name: "tiny" base_path: "{0}/tiny" model_platform: "tensorflow"
    model_version_policy {{ all {{}} }}
    version_labels {{ key: "stable" value: 1 }}
  }}
  config {{ name: "styled" base_path: "{0}/styled" }}
  config {{ name: "slow" base_path: "{0}/slow" }}
}}
"""
MAX_MIB = 1
SHIFT = {1: 0, 2: 100}


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    base = tmp_path_factory.mktemp("models")
    for version, shift in SHIFT.items():
        write_version(base / "tiny", version, card=CARD, shift=shift)
    write_version(base / "styled", 1, card=STYLED)
    write_version(base / "slow", 1, card=CARD, work=10**7)
    return base


@pytest.fixture(scope="module")
def server(base):
    config = base / "models.config"
    config.write_text(CONFIG.format(base))
    flags = (f"--model_config_file={config}", f"--max_message_mib={MAX_MIB}", "--max_rows=5")
    with ServerProcess(*flags) as process:
        yield process


@pytest.fixture(scope="module")
def stubs(server):
    with server.channel() as channel:
        yield Stubs(channel)


def test_versions_labels_and_the_default(stubs):
    for version, chosen in (
        (2, {}),
        (1, {"version": 1}),
        (2, {"version": 2}),
        (1, {"label": "stable"}),
    ):
        response = stubs.predict(LABELS, **chosen)
        np.testing.assert_array_equal(arrays(response)["image"], paint(LABELS, SHIFT[version]))
        spec = response.model_spec
        assert (spec.name, spec.version.value) == ("tiny", version)
        assert spec.signature_name == "serving_default"


def test_every_signature(stubs):
    image = arrays(stubs.predict(SEED, "styled"))["image"]
    np.testing.assert_array_equal(image, paint(SEED))
    given = {**STYLE, "z": np.float32([[1, 2, 3.4], [0, -7, 0]])}
    image = arrays(stubs.predict(given, "styled", "synthesize_style"))["image"]
    np.testing.assert_array_equal(image, paint(given))
    photographs = np.random.default_rng(0).integers(0, 256, (2, 4, 6, 3), np.uint8)
    style = arrays(stubs.predict({"image": photographs}, "styled", "encode_style"))
    for name, value in encode_style(photographs, 3).items():
        np.testing.assert_allclose(style[name], value, rtol=1e-6)


def test_label_files(stubs):
    file_ids = label_map(2).astype(np.uint8)
    file_ids[:, 0] = 255  # the file id of the label 4
    files = np.array([png(ids) for ids in file_ids], object)
    response = stubs.predict({"label_png_bytes": files}, signature="synthesize_png")
    painted = [tf.io.decode_png(content).numpy() for content in arrays(response)["image_bytes"]]
    labels = {"label_map": np.where(file_ids == 255, 4, file_ids)}
    np.testing.assert_array_equal(painted, paint(labels, SHIFT[2]))


def test_filter(stubs):
    image = np.zeros((1, 4, 6, 3), np.uint8)
    response = stubs.predict({"image": image}, "styled", "encode_style", outputs=("mean",))
    assert list(response.outputs) == ["mean"]
    assert set(stubs.predict({"image": image}, "styled", "encode_style").outputs) == {
        "mean",
        "log_variance",
    }


def test_answers_are_typed_values(stubs):
    image = stubs.predict(LABELS).outputs["image"]
    assert not image.tensor_content
    assert list(image.int_val) == paint(LABELS, SHIFT[2]).ravel().tolist()


@pytest.mark.parametrize("name", REFUSED)
def test_refused(stubs, name):
    request, code, text = REFUSED[name]
    given, details = refusal(lambda: stubs.prediction.Predict(request, 60))
    assert (given, text in details) == (code, True), details


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_our_client(server, name):
    """The same request as our client's own message, and the error that it raises."""
    request, code, text = REFUSED[name]
    own = wire.PredictRequest.FromString(request.SerializeToString())
    with calls.open_channel(server.address) as channel, pytest.raises(calls.ServingError) as error:
        predict = wire.Stub(channel).predict
        calls.call(predict, own, server=server.address, timeout_s=60, retries=0)
    assert error.value.code is code
    assert " ".join(text.split()) in error.value.details


def test_long_messages_are_cut(stubs):
    _, details = refusal(lambda: stubs.predict(LABELS, "n" * 3000))
    assert details == ("Servable not found for request: Latest(" + "n" * 3000)[:1024] + (
        "...TRUNCATED"
    )


def test_deadline(server, stubs):
    """The caller's clock ends the call, and the server's the computation, as its log tells."""
    code, _ = refusal(lambda: stubs.predict(LABELS, "slow", timeout=0.5))
    assert code is grpc.StatusCode.DEADLINE_EXCEEDED

    def ended():
        return [x for x in server.log if x.get("model") == "slow" and x["event"] == "call"]

    give_up = time.monotonic() + 60
    while not ended() and time.monotonic() < give_up:
        time.sleep(0.05)
    assert ended()[-1]["status"] in ("DEADLINE_EXCEEDED", "CANCELLED")


@pytest.mark.parametrize(
    ("method", "request_type"),
    [
        ("Classify", classification_pb2.ClassificationRequest),
        ("Regress", regression_pb2.RegressionRequest),
        ("MultiInference", inference_pb2.MultiInferenceRequest),
    ],
)
def test_unimplemented(stubs, method, request_type):
    code, details = refusal(lambda: getattr(stubs.prediction, method)(request_type(), 60))
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert "use Predict" in details


def test_bytes_that_are_no_message(stubs):
    for method in ("PredictionService/Predict", "ModelService/GetModelStatus"):
        call = stubs.channel.unary_unary(f"/tensorflow.serving.{method}")
        code, details = refusal(lambda: call(b"\xff" * 20, 60))  # noqa: B023
        assert code is INVALID, details


def metadata_request(*fields, **spec):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=fields)
    request.model_spec.name = spec.get("name", "styled")
    if "version" in spec:
        request.model_spec.version.value = spec["version"]
    return request


def test_metadata(stubs):
    response = stubs.prediction.GetModelMetadata(metadata_request("signature_def"), 60)
    assert (response.model_spec.name, response.model_spec.version.value) == ("styled", 1)
    packed = response.metadata["signature_def"]
    assert packed.type_url == "type.googleapis.com/tensorflow.serving.SignatureDefMap"
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert packed.Unpack(signatures)
    public = {name for name in signatures.signature_def if not name.startswith("__")}
    assert public == {"serving_default", "synthesize_style", "synthesize_png", "encode_style"}
    default = signatures.signature_def["serving_default"]
    assert set(default.inputs) == {"label_map", "instance_map", "seed"}
    assert default.method_name == "tensorflow/serving/predict"
    assert [dim.size for dim in default.outputs["image"].tensor_shape.dim] == [-1, 8, 12, 3]


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (get_model_metadata_pb2.GetModelMetadataRequest(), INVALID, "Missing ModelSpec"),
        (
            metadata_request("signature_def", name=""),
            INVALID,
            "ModelSpec has no name specified.",
        ),
        (
            metadata_request(),
            INVALID,
            "GetModelMetadataRequest must specify at least one metadata_field",
        ),
        (metadata_request("x"), INVALID, "Metadata field x is not supported"),
        (
            metadata_request("signature_def", name="nope"),
            NOT_FOUND,
            "Servable not found for request: Latest(nope)",
        ),
        (
            metadata_request("signature_def", version=5),
            NOT_FOUND,
            "Servable not found for request: Specific(styled, 5)",
        ),
    ],
)
def test_metadata_refused(stubs, request_, code, text):
    assert refusal(lambda: stubs.prediction.GetModelMetadata(request_, 60)) == (code, text)


def status_request(name, version=None):
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name = name
    if version is not None:
        request.model_spec.version.value = version
    return request


def test_status(stubs):
    states = stubs.model.GetModelStatus(status_request("tiny"), 60).model_version_status
    assert [(s.version, s.state, s.status.error_code) for s in states] == [(2, 30, 0), (1, 30, 0)]
    states = stubs.model.GetModelStatus(status_request("tiny", 1), 60).model_version_status
    assert [s.version for s in states] == [1]


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (get_model_status_pb2.GetModelStatusRequest(), INVALID, "Missing ModelSpec"),
        (status_request("nope"), NOT_FOUND, "Could not find any versions of model nope"),
        (status_request("tiny", 9), NOT_FOUND, "Could not find version 9 of model tiny"),
    ],
)
def test_status_refused(stubs, request_, code, text):
    assert refusal(lambda: stubs.model.GetModelStatus(request_, 60)) == (code, text)


def reload_request(text):
    request = model_management_pb2.ReloadConfigRequest()
    text_format.Parse(text, request.config)
    return request


def test_reload(stubs, base):
    """Rolls version 2 out by label, takes a model away, and puts all back."""
    config = CONFIG.format(base)
    try:
        rolled_out = config.replace("value: 1", "value: 2").replace('name: "styled"', 'name: "s2"')
        response = stubs.model.HandleReloadConfigRequest(reload_request(rolled_out), 60)
        assert (response.status.error_code, response.status.error_message) == (0, "")
        assert stubs.predict(LABELS, label="stable").model_spec.version.value == 2
        assert stubs.predict(SEED, "s2").model_spec.name == "s2"
        assert refusal(lambda: stubs.predict(SEED, "styled"))[0] is NOT_FOUND
    finally:
        stubs.model.HandleReloadConfigRequest(reload_request(config), 60)
    assert stubs.predict(LABELS, label="stable").model_spec.version.value == 1


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("", INVALID, "expected a model_config_list"),
        (
            'model_config_list { config { name: "a" base_path: "/nowhere/at/all" } }',
            NOT_FOUND,
            "Could not find base path /nowhere/at/all for servable a",
        ),
        ('model_config_list { config { name: "a" base_path: "a" } }', INVALID, "absolute path"),
    ],
)
def test_reload_refused(stubs, text, code, message):
    call = stubs.model.HandleReloadConfigRequest
    given, details = refusal(lambda: call(reload_request(text), 60))
    assert (given, message in details) == (code, True), details
    assert stubs.predict(LABELS).model_spec.version.value == 2


def test_reload_with_a_label_on_what_is_not_served(stubs, base):
    config = CONFIG.format(base).replace("value: 1", "value: 7")
    call = stubs.model.HandleReloadConfigRequest
    code, details = refusal(lambda: call(reload_request(config), 60))
    assert code is PRECONDITION
    assert "version 7 of model tiny, which is not currently available" in details
    assert stubs.predict(LABELS, label="stable").model_spec.version.value == 1


def test_health(stubs):
    check = health_pb2_grpc.HealthStub(stubs.channel).Check
    for service in ("", "ModelService", "PredictionService"):
        response = check(health_pb2.HealthCheckRequest(service=service), 60)
        assert response.status == health_pb2.HealthCheckResponse.SERVING
    unknown = health_pb2.HealthCheckRequest(service="tensorflow.serving.PredictionService")
    assert refusal(lambda: check(unknown, 60))[0] is NOT_FOUND


def test_another_client(server):
    """ovmsclient, written for another server of this protocol."""
    client = ovmsclient.make_grpc_client(server.address)
    status = client.get_model_status("tiny", model_version=1)
    assert status == {1: {"state": "AVAILABLE", "error_code": 0, "error_message": ""}}
    metadata = client.get_model_metadata("tiny", model_version=1)
    assert metadata["model_version"] == 1
    assert metadata["inputs"]["label_map"]["shape"] == [-1, 8, 12]
    image = client.predict(LABELS, "tiny", model_version=1, timeout=60)
    np.testing.assert_array_equal(image, paint(LABELS))


ELSEWHERE_REFUSED = {
    "unknown model": (LABELS, "nope", 1, ModelNotFoundError, "Specific(nope, 1)"),
    "unknown version": (LABELS, "tiny", 9, ModelNotFoundError, "Specific(tiny, 9)"),
    "another name": ({"labels": LABELS["label_map"]}, "tiny", 1, InvalidInputError, "label_map"),
    "an input too many": (SEED, "tiny", 1, InvalidInputError, "3!=1"),
    "an input too few": (STYLE, "styled", 1, InvalidInputError, "2!=3"),
    "type": (
        {"label_map": np.zeros((1, 8, 12), np.float32)},
        "tiny",
        1,
        InvalidInputError,
        "int32",
    ),
    "shape": ({"label_map": np.zeros((1, 8, 9), np.int32)}, "tiny", 1, InvalidInputError, "[1, 8"),
    "id": ({"label_map": np.full((1, 8, 12), 5, np.int32)}, "tiny", 1, InvalidInputError, "0..4"),
}


@pytest.mark.parametrize("name", ELSEWHERE_REFUSED)
def test_refused_by_another_client(server, name):
    inputs, model, version, error, text = ELSEWHERE_REFUSED[name]
    client = ovmsclient.make_grpc_client(server.address)
    with pytest.raises(error) as refused:
        client.predict(inputs, model, model_version=version, timeout=60)
    assert text in str(refused.value)


def test_nothing_of_this_was_an_error_of_the_server(server, stubs):
    stubs.predict(LABELS)
    assert not [line for line in server.log if line["event"] == "error"]
    assert not server.other, "TensorFlow wrote to stderr"
