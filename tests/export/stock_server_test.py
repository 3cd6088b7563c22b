import pytest
import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.export.stock_server import refuse_unservable


def save(function, folder):
    module = tf.Module()
    module.function = function
    signature = function.get_concrete_function(tf.TensorSpec((None,), tf.float32, "x"))
    tf.saved_model.save(module, str(folder), signatures=signature)
    return folder


def test_ordinary_operations_are_served(tmp_path):
    refuse_unservable(save(tf.function(lambda x: {"y": tf.nn.relu(x)}), tmp_path))


def test_compiled_functions_are_refused(tmp_path):
    inner = tf.function(lambda x: x * 2, jit_compile=True)
    with pytest.raises(UserError, match="compiled by XLA"):
        refuse_unservable(save(tf.function(lambda x: {"y": inner(x)}), tmp_path))


def test_python_is_refused(tmp_path):
    function = tf.function(lambda x: {"y": tf.numpy_function(lambda v: v, [x], tf.float32)})
    with pytest.raises(UserError, match="call Python"):
        refuse_unservable(save(function, tmp_path))
