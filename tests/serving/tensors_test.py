import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from serving import tensors, wire
from spade_tf.errors import UserError

KINDS = [wire.TensorProto, tensor_pb2.TensorProto]
BOTH = pytest.mark.parametrize("kind", KINDS, ids=["ours", "official"])

ARRAYS = [
    np.array([[0, 1], [127, 128]], np.int32),
    np.array([-1, 2**31 - 1, -(2**31)], np.int32),
    np.array([0, -(2**63), 2**63 - 1], np.int64),
    np.array([[0, 255]], np.uint8),
    np.array([-128, 127], np.int8),
    np.array([-32768, 32767], np.int16),
    np.array([0, 65535], np.uint16),
    np.array([0, 2**32 - 1], np.uint32),
    np.array([0, 2**63], np.uint64),
    np.array([0.1, -1e30, np.inf], np.float32),
    np.array([0.1, -1e300], np.float64),
    np.array([0.5, -2.0, 65504.0], np.float16),
    np.array([True, False]),
    np.array([b"", b"with\0nul\0", "\u00e9".encode()], object),
    np.array(5, np.int32),
    np.zeros((0, 4), np.float32),
]


def filled(kind, dtype, shape, **values):
    proto = kind(dtype=dtype, **values)
    for side in shape:
        proto.tensor_shape.dim.add().size = side
    return proto


@BOTH
@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype.name}{list(a.shape)}")
def test_arrays_survive_and_tensorflow_reads_the_same(array, kind):
    proto = tensors.encode(array, kind())

    np.testing.assert_array_equal(tensors.decode(proto), array, strict=True)
    official = tensor_pb2.TensorProto.FromString(proto.SerializeToString())
    np.testing.assert_array_equal(tf.make_ndarray(official), array)


@BOTH
@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype.name}{list(a.shape)}")
def test_tensors_of_tensorflow_are_read_in_both_forms(array, kind):
    as_values = tf.make_tensor_proto(
        array.tolist(), array.dtype if array.dtype != object else None, array.shape
    )
    for official in (as_values, tf.make_tensor_proto(array)):
        proto = kind.FromString(official.SerializeToString())
        np.testing.assert_array_equal(tensors.decode(proto), array, strict=True)


@BOTH
def test_labels_are_sent_in_the_smaller_form(kind):
    small = tensors.encode(np.full(100, 127, np.int32), kind())
    large = tensors.encode(np.full(100, 2**28, np.int32), kind())
    negative = tensors.encode(np.full(100, -1, np.int32), kind())

    assert len(small.int_val) == 100 and not small.tensor_content
    for proto in (large, negative):  # five and ten bytes as varints, four as they are
        assert not proto.int_val and len(proto.tensor_content) == 400
    assert small.ByteSize() < 130


def test_varint_sizes_are_those_of_protobuf():
    values = [0, 127, 128, 2**14 - 1, 2**14, 2**21, 2**28, 2**31 - 1, -1]
    for value in values:
        packed = wire.TensorProto(int_val=[value])
        # one byte for the field, one for the length
        assert tensors._varint_bytes(np.array([value], np.int32)) == packed.ByteSize() - 2


@BOTH
def test_the_last_value_repeats_none_is_zero_and_more_are_passed_over(kind):
    assert tensors.decode(filled(kind, 3, [4], int_val=[7, 9])).tolist() == [7, 9, 9, 9]
    assert tensors.decode(filled(kind, 3, [2])).tolist() == [0, 0]
    assert tensors.decode(filled(kind, 3, [2], int_val=[1, 2, 3])).tolist() == [1, 2]
    assert tensors.decode(filled(kind, 7, [2], string_val=[b"a"])).tolist() == [b"a", b"a"]
    assert tensors.decode(filled(kind, 7, [1])).tolist() == [b""]
    # 0x3c00 is 1.0 and 0xc000 is -2.0 in float16
    assert tensors.decode(filled(kind, 19, [3], half_val=[0x3C00, 0xC000])).tolist() == [1, -2, -2]


@BOTH
def test_values_beyond_the_type_wrap_around_as_in_the_real_server(kind):
    assert tensors.decode(filled(kind, 4, [2], int_val=[256, -1])).tolist() == [0, 255]
    assert tensors.decode(filled(kind, 19, [1], half_val=[-1])).dtype == np.float16


@BOTH
@pytest.mark.parametrize(
    "shape", [[100_000, 1000, 1000], [2**62, 2**62], [0, 2**62], [2**40]], ids=str
)
def test_bombs_are_refused_before_memory_is_taken(shape, kind):
    with pytest.raises(tensors.TensorTooLarge, match="has more than 1000 bytes"):
        tensors.decode(filled(kind, 3, shape, int_val=[1]), max_bytes=1000)


@BOTH
def test_the_limit_is_exact(kind):
    assert tensors.decode(filled(kind, 1, [250]), max_bytes=1000).nbytes == 1000
    with pytest.raises(tensors.TensorTooLarge):
        tensors.decode(filled(kind, 1, [251]), max_bytes=1000)


@BOTH
@pytest.mark.parametrize(
    "dtype, shape, values, message",
    [
        (0, [1], {}, "a tensor of type 0 cannot be read"),
        (14, [1], {}, "a tensor of type 14 cannot be read"),
        (3, [-1], {}, r"known shape, got \[-1\]"),
        (3, [1] * 65, {}, "65 dimensions"),
        (3, [2], {"tensor_content": b"1234"}, "4 bytes of tensor_content .*; expected 8"),
        (7, [1], {"tensor_content": b"1234"}, "strings must be sent as string_val"),
    ],
)
def test_malformed_tensors_are_refused(dtype, shape, values, message, kind):
    with pytest.raises(UserError, match=message):
        tensors.decode(filled(kind, dtype, shape, **values))


@BOTH
def test_unknown_rank_is_refused(kind):
    proto = kind(dtype=3, int_val=[1])
    proto.tensor_shape.unknown_rank = True
    with pytest.raises(UserError, match="unknown rank"):
        tensors.decode(proto)


def test_arrays_without_values_in_a_tensor_are_refused():
    with pytest.raises(UserError, match="complex64 cannot be sent; expected float32"):
        tensors.encode(np.zeros(1, np.complex64), wire.TensorProto())


@BOTH
def test_decoded_arrays_can_be_written_to(kind):
    for proto in (
        filled(kind, 1, [1], tensor_content=b"\0\0\0\0"),
        filled(kind, 1, [1], float_val=[0.0]),
    ):
        array = tensors.decode(proto)
        array += 1
        assert array.tolist() == [1.0]
