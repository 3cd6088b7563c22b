import subprocess
import sys

import pytest
from google.protobuf import descriptor_pool
from grpc_health.v1 import health_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    model_service_pb2,
    predict_pb2,
    prediction_service_pb2,
)

from serving import wire
from tests.serving.server_process import ROOT

LEFT_OUT = {
    "tensorflow.TensorProto": {
        "scomplex_val",
        "dcomplex_val",
        "resource_handle_val",
        "variant_val",
        "float8_val",
    },
    "tensorflow.serving.PredictRequest": {
        "client_id",
        "request_options",
        "predict_streamed_options",
    },
    "tensorflow.TensorInfo": {"coo_sparse", "composite_tensor"},
}


def official(name):
    return descriptor_pool.Default().FindMessageTypeByName(name)


def facts(field):
    oneof = field.containing_oneof
    return {
        "number": field.number,
        "name": field.name,
        "type": field.type,
        "repeated": field.is_repeated,
        "packed": field.is_packed,
        "presence": field.has_presence,
        "message": field.message_type and field.message_type.full_name,
        "enum": field.enum_type and field.enum_type.full_name,
        "oneof": oneof and (oneof.name, [f.name for f in oneof.fields if f.name == field.name]),
        "is_map": bool(field.message_type and field.message_type.GetOptions().map_entry),
    }


@pytest.mark.parametrize("name", wire.MESSAGES)
def test_messages_are_the_official_ones(name):
    ours = wire.message(name).DESCRIPTOR
    theirs = official(name)

    assert ours.full_name == theirs.full_name == name
    assert {f.name for f in theirs.fields} - {f.name for f in ours.fields} == LEFT_OUT.get(
        name, set()
    )
    for field in ours.fields:
        assert facts(field) == facts(theirs.fields_by_name[field.name])
        if field.message_type and field.message_type.GetOptions().map_entry:
            their_entry = theirs.fields_by_name[field.name].message_type
            for part in field.message_type.fields:
                assert facts(part) == facts(their_entry.fields_by_name[part.name])


@pytest.mark.parametrize("name", wire.ENUMS)
def test_enums_are_the_official_ones(name):
    theirs = descriptor_pool.Default().FindEnumTypeByName(name)
    assert wire.ENUMS[name]
    for key, number in wire.ENUMS[name].items():
        assert theirs.values_by_name[key].number == number


def test_methods_are_the_official_ones():
    services = {
        service.full_name: service
        for module in (prediction_service_pb2, model_service_pb2, health_pb2)
        for service in module.DESCRIPTOR.services_by_name.values()
    }
    assert len(wire.METHODS) == 4
    for path, request, response in wire.METHODS.values():
        service, method = path.split("/")
        theirs = services[service].methods_by_name[method]
        assert theirs.input_type.full_name == request
        assert theirs.output_type.full_name == response


def test_official_messages_read_ours_and_ours_theirs():
    ours = wire.PredictRequest(output_filter=["image"])
    ours.model_spec.name = "landscapes"
    ours.model_spec.version.value = 7
    ours.inputs["label_map"].dtype = 3
    ours.inputs["label_map"].int_val.extend([1, -2, 300])
    ours.inputs["label_map"].tensor_shape.dim.add(size=3)

    theirs = predict_pb2.PredictRequest.FromString(ours.SerializeToString())

    assert theirs.model_spec.version.value == 7
    assert list(theirs.inputs["label_map"].int_val) == [1, -2, 300]
    back = wire.PredictRequest.FromString(theirs.SerializeToString())
    assert back == ours


def test_any_of_official_metadata_is_read_by_our_message():
    theirs = get_model_metadata_pb2.GetModelMetadataResponse()
    definitions = get_model_metadata_pb2.SignatureDefMap()
    definitions.signature_def["serving_default"].inputs["label_map"].name = "x:0"
    theirs.metadata["signature_def"].Pack(definitions)

    ours = wire.message("tensorflow.serving.GetModelMetadataResponse").FromString(
        theirs.SerializeToString()
    )
    found = wire.SignatureDefMap.FromString(ours.metadata["signature_def"].value)

    assert found.signature_def["serving_default"].inputs["label_map"].name == "x:0"


def test_needs_neither_tensorflow_nor_generated_code():
    program = (
        "import sys, serving.wire\n"
        "heavy = {'tensorflow', 'keras', 'tensorflow_serving'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)
