"""The messages and methods of `tensorflow.serving`, without TensorFlow and without generated code.

The official `tensorflow-serving-api` imports all of TensorFlow: seconds and half a gigabyte. A
client needs some twenty messages, which are described here as a .proto file would. They live in a
descriptor pool of their own, so they get along with the official ones in the same process.
"""

import re
from typing import Any

import grpc
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory, wrappers_pb2

ENUMS = {
    "tensorflow.DataType": {
        "DT_INVALID": 0,
        "DT_FLOAT": 1,
        "DT_DOUBLE": 2,
        "DT_INT32": 3,
        "DT_UINT8": 4,
        "DT_INT16": 5,
        "DT_INT8": 6,
        "DT_STRING": 7,
        "DT_INT64": 9,
        "DT_BOOL": 10,
        "DT_UINT16": 17,
        "DT_HALF": 19,
        "DT_UINT32": 22,
        "DT_UINT64": 23,
    },
    "tensorflow.error.Code": {code.name: code.value[0] for code in grpc.StatusCode},
    "tensorflow.serving.ModelVersionStatus.State": {
        "UNKNOWN": 0,
        "START": 10,
        "LOADING": 20,
        "AVAILABLE": 30,
        "UNLOADING": 40,
        "END": 50,
    },
    "grpc.health.v1.HealthCheckResponse.ServingStatus": {
        "UNKNOWN": 0,
        "SERVING": 1,
        "NOT_SERVING": 2,
        "SERVICE_UNKNOWN": 3,
    },
}
"""Values that we have names for; others arrive as numbers."""

MESSAGES = {
    "tensorflow.TensorShapeProto.Dim": "int64 size = 1; string name = 2;",
    "tensorflow.TensorShapeProto": """
        repeated tensorflow.TensorShapeProto.Dim dim = 2; bool unknown_rank = 3;""",
    "tensorflow.TensorProto": """
        tensorflow.DataType dtype = 1; tensorflow.TensorShapeProto tensor_shape = 2;
        int32 version_number = 3; bytes tensor_content = 4; repeated float float_val = 5;
        repeated double double_val = 6; repeated int32 int_val = 7; repeated bytes string_val = 8;
        repeated int64 int64_val = 10; repeated bool bool_val = 11; repeated int32 half_val = 13;
        repeated uint32 uint32_val = 16; repeated uint64 uint64_val = 17;""",
    "tensorflow.TensorInfo": """
        string name = 1; tensorflow.DataType dtype = 2;
        tensorflow.TensorShapeProto tensor_shape = 3;""",
    "tensorflow.SignatureDef": """
        map<tensorflow.TensorInfo> inputs = 1; map<tensorflow.TensorInfo> outputs = 2;
        string method_name = 3; map<tensorflow.TensorProto> defaults = 4;""",
    "tensorflow.serving.ModelSpec": """
        string name = 1; google.protobuf.Int64Value version = 2; string signature_name = 3;
        string version_label = 4;""",
    "tensorflow.serving.PredictRequest": """
        tensorflow.serving.ModelSpec model_spec = 1; map<tensorflow.TensorProto> inputs = 2;
        repeated string output_filter = 3;""",
    "tensorflow.serving.PredictResponse": """
        map<tensorflow.TensorProto> outputs = 1; tensorflow.serving.ModelSpec model_spec = 2;""",
    "tensorflow.serving.SignatureDefMap": "map<tensorflow.SignatureDef> signature_def = 1;",
    "tensorflow.serving.GetModelMetadataRequest": """
        tensorflow.serving.ModelSpec model_spec = 1; repeated string metadata_field = 2;""",
    "tensorflow.serving.GetModelMetadataResponse": """
        tensorflow.serving.ModelSpec model_spec = 1; map<google.protobuf.Any> metadata = 2;""",
    "tensorflow.serving.StatusProto": """
        tensorflow.error.Code error_code = 1; string error_message = 2;""",
    "tensorflow.serving.ModelVersionStatus": """
        int64 version = 1; tensorflow.serving.ModelVersionStatus.State state = 2;
        tensorflow.serving.StatusProto status = 3;""",
    "tensorflow.serving.GetModelStatusRequest": "tensorflow.serving.ModelSpec model_spec = 1;",
    "tensorflow.serving.GetModelStatusResponse": """
        repeated tensorflow.serving.ModelVersionStatus model_version_status = 1;""",
    "grpc.health.v1.HealthCheckRequest": "string service = 1;",
    "grpc.health.v1.HealthCheckResponse": """
        grpc.health.v1.HealthCheckResponse.ServingStatus status = 1;""",
}
"""Fields as in a .proto file, types by full name; a map's keys are strings."""

ONE_OF = {
    "tensorflow.TensorInfo": ("encoding", ("name",)),
    "tensorflow.serving.ModelSpec": ("version_choice", ("version", "version_label")),
}
"""Fields of which a message has at most one."""

METHODS = {
    "predict": (
        "tensorflow.serving.PredictionService/Predict",
        "tensorflow.serving.PredictRequest",
        "tensorflow.serving.PredictResponse",
    ),
    "get_model_metadata": (
        "tensorflow.serving.PredictionService/GetModelMetadata",
        "tensorflow.serving.GetModelMetadataRequest",
        "tensorflow.serving.GetModelMetadataResponse",
    ),
    "get_model_status": (
        "tensorflow.serving.ModelService/GetModelStatus",
        "tensorflow.serving.GetModelStatusRequest",
        "tensorflow.serving.GetModelStatusResponse",
    ),
    "check_health": (
        "grpc.health.v1.Health/Check",
        "grpc.health.v1.HealthCheckRequest",
        "grpc.health.v1.HealthCheckResponse",
    ),
}
"""Path, request and answer of each method."""

_Field = descriptor_pb2.FieldDescriptorProto
_FIELD = re.compile(r"(?P<repeated>repeated )?(?P<type>\S+) (?P<name>\w+) = (?P<number>\d+)")
_PACKAGES = ("tensorflow.serving", "tensorflow.error", "tensorflow", "grpc.health.v1")


def message(name: str) -> Any:
    """The class of a message of `MESSAGES`."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(name))


class Stub:
    """The methods of `METHODS` on a channel, each called as (request, timeout=seconds)."""

    def __init__(self, channel: grpc.Channel):
        for name, (path, _, response) in METHODS.items():
            method = channel.unary_unary(
                f"/{path}", lambda m: m.SerializeToString(), message(response).FromString
            )
            setattr(self, name, method)


def _make_pool() -> descriptor_pool.DescriptorPool:
    files = {package: descriptor_pb2.FileDescriptorProto() for package in _PACKAGES}
    known: dict[str, Any] = {}
    for package, file in files.items():
        file.name, file.package, file.syntax = f"{package}.proto", package, "proto3"
    # Sorted, a message comes before those that are declared inside it.
    for name in sorted(MESSAGES):
        known[name] = _declare(name, known, files, "message_type", "nested_type")
        _describe(known[name], name)
    for name, values in ENUMS.items():
        declared = _declare(name, known, files, "enum_type", "enum_type")
        for key, number in values.items():
            declared.value.add(name=key, number=number)
    files["tensorflow"].dependency.append(any_pb2.DESCRIPTOR.name)
    files["tensorflow.serving"].dependency.extend(
        [any_pb2.DESCRIPTOR.name, wrappers_pb2.DESCRIPTOR.name]
        + [files[package].name for package in ("tensorflow", "tensorflow.error")]
    )
    pool = descriptor_pool.DescriptorPool()
    for standard in (any_pb2, wrappers_pb2):
        pool.AddSerializedFile(standard.DESCRIPTOR.serialized_pb)
    for package in ("tensorflow", "tensorflow.error", "tensorflow.serving", "grpc.health.v1"):
        pool.AddSerializedFile(files[package].SerializeToString())
    return pool


def _declare(name: str, known: dict, files: dict, at_top: str, inside: str) -> Any:
    """A new entry for a message or enum, in the message or package that it belongs to."""
    parent, own_name = name.rsplit(".", 1)
    place = getattr(known[parent], inside) if parent in known else getattr(files[parent], at_top)
    return place.add(name=own_name)


def _describe(declared: Any, name: str) -> None:
    """Adds the fields of a message."""
    for match in map(_FIELD.fullmatch, (part.strip() for part in MESSAGES[name].split(";")[:-1])):
        assert match, MESSAGES[name]
        kind = match["type"]
        field = declared.field.add(name=match["name"], number=int(match["number"]))
        field.label = _Field.LABEL_REPEATED if match["repeated"] else _Field.LABEL_OPTIONAL
        if kind.startswith("map<"):
            field.label = _Field.LABEL_REPEATED
            kind = _add_map_entry(declared, name, field.name, kind[4:-1])
        _set_type(field, kind)
    if name in ONE_OF:
        group, members = ONE_OF[name]
        declared.oneof_decl.add(name=group)
        for field in declared.field:
            if field.name in members:
                field.oneof_index = 0


def _add_map_entry(declared: Any, name: str, field: str, value: str) -> str:
    """A map is a repeated message with a key and a value; returns that message's name."""
    own_name = "".join(word.capitalize() for word in field.split("_")) + "Entry"
    entry = declared.nested_type.add(name=own_name)
    entry.options.map_entry = True
    for number, (key, kind) in enumerate((("key", "string"), ("value", value)), 1):
        part = entry.field.add(name=key, number=number, label=_Field.LABEL_OPTIONAL)
        _set_type(part, kind)
    return f"{name}.{own_name}"


def _set_type(field: Any, kind: str) -> None:
    if "." in kind:
        field.type = _Field.TYPE_ENUM if kind in ENUMS else _Field.TYPE_MESSAGE
        field.type_name = f".{kind}"
    else:
        field.type = getattr(_Field, f"TYPE_{kind.upper()}")


_POOL = _make_pool()

TensorProto = message("tensorflow.TensorProto")
DataType = _POOL.FindEnumTypeByName("tensorflow.DataType")
ModelSpec = message("tensorflow.serving.ModelSpec")
PredictRequest = message("tensorflow.serving.PredictRequest")
PredictResponse = message("tensorflow.serving.PredictResponse")
SignatureDefMap = message("tensorflow.serving.SignatureDefMap")
GetModelMetadataRequest = message("tensorflow.serving.GetModelMetadataRequest")
GetModelStatusRequest = message("tensorflow.serving.GetModelStatusRequest")
ModelVersionStatus = message("tensorflow.serving.ModelVersionStatus")
HealthCheckRequest = message("grpc.health.v1.HealthCheckRequest")
