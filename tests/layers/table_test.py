import numpy as np
import pytest
import tensorflow as tf

from spade_tf.layers import RowIndex, gathered_sum, lookup, lookup_sum

TABLE = np.array([[1, 2], [3, 4], [5, 6]], "float32")
IDS = np.array([[[0, 2], [2, 2]]], "int32")


def gradient_of(read, table, weights):
    table = tf.Variable(table)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(tf.cast(read(table), "float32") * weights)
    return tf.convert_to_tensor(tape.gradient(total, table))


def test_rows():
    rows = lookup(TABLE, RowIndex(IDS, 3))
    assert np.array(rows).tolist() == [[[[1, 2], [5, 6]], [[5, 6], [5, 6]]]]


def test_gradient_adds_up_the_places_of_each_row():
    weights = np.arange(8, dtype="float32").reshape(1, 2, 2, 2)
    gradient = gradient_of(lambda table: lookup(table, RowIndex(IDS, 3)), TABLE, weights)
    assert gradient.numpy().tolist() == [[0, 1], [0, 0], [2 + 4 + 6, 3 + 5 + 7]]


@pytest.mark.parametrize("sort", [False, True])
def test_gradient_equals_that_of_a_gather(sort):
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 7, (2, 9, 5))
    table = rng.normal(size=(7, 4)).astype("float32")
    weights = rng.normal(size=(2, 9, 5, 4)).astype("float32")
    expected = gradient_of(lambda table: tf.gather(table, ids), table, weights)
    reads = [
        lambda table: lookup(table, RowIndex(ids, 7, sort)),
        # XLA has no sum along a sorted order.
        tf.function(lambda table: lookup(table, RowIndex(ids, 7, sort)), jit_compile=not sort),
    ]
    for read in reads:
        np.testing.assert_allclose(gradient_of(read, table, weights), expected, atol=1e-5)


def test_gradient_of_half_precision_rows_is_summed_in_float32():
    # 300 * 300 ones: more than the largest float16.
    index = RowIndex(np.zeros((1, 300, 300), "int32"), 3)
    gradient = gradient_of(lambda table: lookup(table, index, "float16"), TABLE, 1.0)
    assert gradient.dtype == "float32"
    assert gradient.numpy().tolist() == [[90000, 90000], [0, 0], [0, 0]]


def test_type_of_the_rows():
    index = RowIndex(IDS, 3)
    assert lookup(TABLE, index).dtype == "float32"
    assert lookup(TABLE, index, "bfloat16").dtype == "bfloat16"


@pytest.mark.parametrize("sum_rows", [lookup_sum, gathered_sum])
def test_sums_of_rows(sum_rows):
    sums = sum_rows(TABLE, RowIndex([[0, 2], [1, 1]], 3))
    assert np.array(sums).tolist() == [[1 + 5, 2 + 6], [3 + 3, 4 + 4]]


@pytest.mark.parametrize("sort", [False, True])
def test_gradient_of_sums_counts_every_summand(sort):
    weights = np.array([[10.0, 20.0], [1.0, 2.0]], "float32")
    index = RowIndex([[0, 2], [1, 1]], 3, sort)
    gradient = gradient_of(lambda table: lookup_sum(table, index), TABLE, weights)
    assert gradient.numpy().tolist() == [[10, 20], [2, 4], [10, 20]]


def test_a_number_of_rows_known_only_in_the_graph():
    @tf.function
    def gradient(ids):
        index = RowIndex(ids, tf.reduce_max(ids) + 1, sort=True)
        return gradient_of_constant(lambda table: lookup(table, index), TABLE)

    def gradient_of_constant(read, table):
        table = tf.constant(table)
        with tf.GradientTape() as tape:
            tape.watch(table)
            total = tf.reduce_sum(read(table))
        return tape.gradient(total, table)

    assert gradient(tf.constant([2, 0, 2])).numpy().tolist() == [[1, 1], [0, 0], [2, 2]]
