import numpy as np
import tensorflow as tf

from spade_tf.layers import lookup

TABLE = np.array([[1, 2], [3, 4], [5, 6]], "float32")
IDS = np.array([[[0, 2], [2, 2]]], "int32")


def gradient_of(pick, table, weights):
    table = tf.Variable(table)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.cast(pick(table), "float32") * weights)
    return tf.convert_to_tensor(tape.gradient(total, table))


def test_rows():
    rows = lookup(TABLE, IDS, 3)
    assert np.array(rows).tolist() == [[[[1, 2], [5, 6]], [[5, 6], [5, 6]]]]


def test_gradient_adds_up_the_pixels_of_each_class():
    weights = np.arange(8, dtype="float32").reshape(1, 2, 2, 2)
    gradient = gradient_of(lambda table: lookup(table, IDS, 3), TABLE, weights)
    assert gradient.numpy().tolist() == [[0, 1], [0, 0], [2 + 4 + 6, 3 + 5 + 7]]


def test_gradient_equals_that_of_a_gather():
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 7, (2, 9, 5))
    table = rng.normal(size=(7, 4)).astype("float32")
    weights = rng.normal(size=(2, 9, 5, 4)).astype("float32")
    expected = gradient_of(lambda table: tf.gather(table, ids), table, weights)
    for compile_it in (False, True):
        pick = tf.function(lambda table: lookup(table, ids, 7), jit_compile=compile_it)
        np.testing.assert_allclose(gradient_of(pick, table, weights), expected, atol=1e-5)


def test_gradient_of_half_precision_rows_is_summed_in_float32():
    # 300 * 300 ones: more than the largest float16.
    ids = np.zeros((1, 300, 300), "int32")
    gradient = gradient_of(lambda table: lookup(table, ids, 3, "float16"), TABLE, 1.0)
    assert gradient.dtype == "float32"
    assert gradient.numpy().tolist() == [[90000, 90000], [0, 0], [0, 0]]


def test_type_of_the_rows():
    assert lookup(TABLE, IDS, 3).dtype == "float32"
    assert lookup(TABLE, IDS, 3, "bfloat16").dtype == "bfloat16"
