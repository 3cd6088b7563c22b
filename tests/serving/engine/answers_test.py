import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2

from serving.engine import answers

ARRAYS = [
    np.array([[0, 200], [127, 255]], np.uint8),
    np.array([-1, 2**40]),
    np.array([1.5, -2], np.float32),
    np.array([True, False]),
    np.array([b"a", b"\xff"], object),
    np.array(3.0),
    np.zeros((2, 0, 3), np.uint8),
    np.arange(2**15).astype(np.uint8).reshape(2, -1),  # its length takes three bytes
    np.array([1, 2.5], np.float16),
]


@pytest.mark.parametrize("encoding", answers.ENCODINGS)
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: str(array.dtype))
def test_tensorflow_reads_both_forms(array, encoding):
    tensor = tensor_pb2.TensorProto()
    answers.fill(tensor, array, encoding)
    read = tf.make_ndarray(tensor)
    assert read.dtype == array.dtype
    np.testing.assert_array_equal(read, array)


def test_images_are_typed_values_or_bytes():
    field, content = tensor_pb2.TensorProto(), tensor_pb2.TensorProto()
    answers.fill(field, ARRAYS[0], "field")
    answers.fill(content, ARRAYS[0], "content")
    assert (list(field.int_val), field.tensor_content) == ([0, 200, 127, 255], b"")
    assert (list(content.int_val), content.tensor_content) == ([], b"\x00\xc8\x7f\xff")
