"""Ten thousand malformed requests: each is refused with a proper code, and the server lives on."""

import collections
import concurrent.futures
import random
import struct
import zlib

import grpc
import numpy as np
import pytest
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import predict_pb2

from tests.serving.messages import Stubs, arrays, label_map, png, predict_request
from tests.serving.models import CARD, STYLED, paint, write_version
from tests.serving.server_process import ServerProcess

pytestmark = pytest.mark.slow

REQUESTS = 10_000
CLIENTS = 8

PROPER = {
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNIMPLEMENTED,
}

SIDES = (-(2**63), -1, 0, 1, 2, 7, 8, 12, 13, 255, 2**20, 2**31, 2**62, 2**63 - 1)
TYPES = (*range(24), 99, 101, 2**31 - 1, -1)


def valid_request() -> predict_pb2.PredictRequest:
    values = {
        "label_map": label_map(2),
        "instance_map": label_map(2),
        "seed": np.array([1, 2]),
    }
    return predict_request(values, "styled")


def spoil_tensor(rng: random.Random, tensor: tensor_pb2.TensorProto) -> None:
    """Makes a tensor one that `label_map` cannot be."""
    kind = rng.randrange(6)
    if kind == 0:
        tensor.dtype = rng.choice([number for number in TYPES if number != 3])
    elif kind == 1:
        sides = [rng.choice(SIDES) for _ in range(rng.choice((0, 1, 3, 3, 3, 4, 100, 300)))]
        del tensor.tensor_shape.dim[:]
        for side in sides:
            tensor.tensor_shape.dim.add(size=side)
    elif kind == 2:
        content = tensor.tensor_content
        tensor.tensor_content = content[: rng.randrange(1, len(content))]
    elif kind == 3:
        tensor.tensor_content = rng.randbytes(len(tensor.tensor_content))  # ids far out of range
    elif kind == 4:
        tensor.tensor_shape.unknown_rank = True
    else:
        value = rng.choice((-(2**31), -1, 5, 2**31 - 1))
        tensor.ClearField("tensor_content")
        tensor.int_val.extend([rng.randrange(5) for _ in range(rng.randrange(150))] + [value])


def spoiled_tensors(rng: random.Random) -> bytes:
    request = valid_request()
    spoil_tensor(rng, request.inputs["label_map"])
    return request.SerializeToString()


def spoiled_fields(rng: random.Random) -> bytes:
    """Names, versions, labels, signatures and filters that do not exist."""
    request = valid_request()
    text = "".join(rng.choice("aZ0_/.:\0é\u202e\U0001f600") for _ in range(rng.randrange(1, 40)))
    kind = rng.randrange(6)
    if kind == 0:
        request.model_spec.name = text
    elif kind == 1:
        request.model_spec.version.value = rng.choice((-(2**63), -1, 0, 2, 2**63 - 1))
    elif kind == 2:
        request.model_spec.version_label = text
    elif kind == 3:
        request.model_spec.signature_name = text
    elif kind == 4:
        request.output_filter.extend(["image"] * rng.randrange(3) + [text])
    else:
        request.inputs[text].CopyFrom(request.inputs["seed"])
        del request.inputs["seed"]
    return request.SerializeToString()


def spoiled_png(rng: random.Random) -> bytes:
    """A label file with wrong bytes, checksums put right again half of the time."""
    file = bytearray(png(label_map()[0].astype(np.uint8)))
    kind = rng.randrange(4)
    if kind == 0:
        file = bytearray(rng.randbytes(rng.randrange(100)))
    elif kind == 1:
        del file[rng.randrange(len(file) - 20) :]
    elif kind == 2:  # width, height, depth, colour type, compression, filter, interlacing
        header = [*struct.unpack_from(">IIBBBBB", file, 16)]
        field = rng.randrange(5)
        others = (1, 3, 5, 9, 200, 2**31 - 1 if field < 2 else 255)
        header[field] = rng.choice(others)
        struct.pack_into(">IIBBBBB", file, 16, *header)
        if rng.randrange(2):
            struct.pack_into(">I", file, 29, zlib.crc32(file[12:29]))
    else:
        # Without its pixels: a header, and then nothing but the end.
        start = file.index(b"IDAT") - 4
        file[start:-12] = b""
    request = predict_request(
        {"label_png_bytes": np.array([bytes(file)], object)}, "styled", "synthesize_png"
    )
    return request.SerializeToString()


def spoiled_bytes(rng: random.Random) -> bytes:
    """No message, or one of which a part is missing."""
    whole = valid_request().SerializeToString()
    kind = rng.randrange(3)
    if kind == 0:
        return rng.randbytes(rng.randrange(1, 200))
    if kind == 1:
        return whole[: rng.randrange(len(whole) - 1)]
    # Groups nested deeper than any parser goes along with.
    return b"\x0b" * rng.randrange(1, 5000)


KINDS = (spoiled_tensors, spoiled_fields, spoiled_png, spoiled_bytes)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = tmp_path_factory.mktemp("models") / "styled"
    write_version(base, 1, card=STYLED)
    with ServerProcess(f"--model_base_path={base}", "--model_name=styled") as process:
        yield process


def ask(call, seeds):
    """Counts the codes of malformed requests; keeps one of each kind that was not refused."""
    codes, wrong = collections.Counter(), {}
    for seed in seeds:
        rng = random.Random(seed)
        make = KINDS[seed % len(KINDS)]
        content = make(rng)
        try:
            call(content, 60)
            code, details = grpc.StatusCode.OK, ""
        except grpc.RpcError as error:
            code, details = error.code(), error.details()
        codes[make.__name__, code] += 1
        if code not in PROPER:
            wrong[make.__name__, code] = seed, details
    return codes, wrong


def test_malformed_requests(server):
    values = {"label_map": label_map(), "instance_map": label_map(), "seed": np.array([3])}
    with server.channel() as channel, concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        stubs = Stubs(channel)
        stubs.predict(values, "styled")
        before = server.resident_mib()
        predict = channel.unary_unary("/tensorflow.serving.PredictionService/Predict")
        parts = [pool.submit(ask, predict, range(k, REQUESTS, CLIENTS)) for k in range(CLIENTS)]
        codes, wrong = collections.Counter(), {}
        for part in parts:
            codes += part.result()[0]
            wrong |= part.result()[1]
        response = stubs.predict(values, "styled", timeout=10)
        np.testing.assert_array_equal(arrays(response)["image"], paint(values))
        print(dict(codes), f"{before:.0f} MiB, then {server.resident_mib():.0f}")
    assert not wrong
    assert sum(codes.values()) == REQUESTS
    assert not [line for line in server.log if line["event"] == "error"]
    assert server.resident_mib() < before + 200


def test_other_methods_refuse_junk_too(server):
    rng = random.Random(0)
    methods = ("PredictionService/GetModelMetadata", "ModelService/GetModelStatus",
               "ModelService/HandleReloadConfigRequest", "PredictionService/Classify",
               "PredictionService/Nope")  # fmt: skip
    with server.channel() as channel:
        for number in range(200):
            method = methods[number % len(methods)]
            call = channel.unary_unary(f"/tensorflow.serving.{method}")
            with pytest.raises(grpc.RpcError) as caught:
                call(rng.randbytes(rng.randrange(1, 100)), 60)
            assert caught.value.code() in PROPER, (method, caught.value.details())


@pytest.mark.parametrize("algorithm", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_a_compressed_bomb_is_too_large(server, algorithm):
    """60 kB that become 60 MB."""
    values = {"label_map": np.zeros((60, 500, 500), np.int32)}
    with server.channel() as channel:
        with pytest.raises(grpc.RpcError) as caught:
            Stubs(channel).prediction.Predict(
                predict_request(values, CARD.name), 60, compression=algorithm
            )
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
