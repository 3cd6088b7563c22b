import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from spade_tf.layers import SPADE, LayoutPyramid
from spade_tf.layers import neighbourhoods as module
from spade_tf.layers.neighbourhoods import Neighbourhoods


def windows(label_map, size):
    """Every pixel's window of labels, -9 beyond the border, as a tuple."""
    radius = size // 2
    padded = np.pad(label_map, [(0, 0), (radius, radius), (radius, radius)], constant_values=-9)
    return [
        tuple(padded[image, row : row + size, column : column + size].ravel())
        for image in range(label_map.shape[0])
        for row in range(label_map.shape[1])
        for column in range(label_map.shape[2])
    ]


def counts(label_map, num_labels, kernel_size):
    """How many outer neighbourhoods were found, and how many there are."""
    found = Neighbourhoods(label_map, num_labels, None, kernel_size)
    true = windows(label_map, 2 * kernel_size - 1)
    numbers = np.array(found.pixels.ids).ravel().tolist()
    # One number for each window, one window for each number.
    assert len(set(zip(numbers, true, strict=True))) == len(set(true)) == len(set(numbers))
    return int(found.pixels.num_rows), len(set(true))


def test_by_hand():
    # 1x1 kernels: neighbourhoods are labels. Symbols 0, 1, 2 = no label, 3 = outside.
    found = Neighbourhoods(np.array([[[1, 0, 1, 7]]]), 2, None, 1)
    assert found.num_symbols == 4
    assert np.array(found.inner.ids).tolist() == [[1], [0], [2]]
    assert np.array(found.outer.ids).tolist() == [[0], [1], [2]]
    assert np.array(found.pixels.ids).tolist() == [[[0, 1, 0, 2]]]
    assert np.array(found.is_inside).ravel().tolist() == [1, 1, 1]


def test_an_edge_is_another_symbol():
    edges = np.array([0, 1, 1]).reshape(1, 1, 3, 1)
    found = Neighbourhoods(np.array([[[0, 0, 1]]]), 2, edges, 1)
    assert found.num_symbols == 2 * 3 + 1
    assert np.array(found.inner.ids).ravel().tolist() == [0, 0 + 3, 1 + 3]


def test_centres_beyond_the_border():
    # One pixel and its eight neighbours outside, whose windows all differ.
    found = Neighbourhoods(np.array([[[0]]]), 1, None, 3)
    assert found.inner.ids.shape == (9, 9)
    assert np.array(found.is_inside).ravel().tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0]
    offset, outside = 4 * found.num_symbols, found.num_symbols - 1
    assert np.array(found.inner.ids)[4, 4] == offset + 0
    assert np.array(found.inner.ids)[0, 4] == offset + outside
    assert found.outer.ids.shape == (1, 9)


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
def test_numbers_are_the_distinct_windows(kernel_size):
    rng = np.random.default_rng(kernel_size)
    blocks = np.repeat(np.repeat(rng.integers(0, 9, (2, 3, 4)), 13, axis=1), 14, axis=2)
    found, true = counts(blocks.astype("int32"), 9, kernel_size)
    assert found == true < blocks.size
    noise = rng.integers(0, 300, (2, 9, 8)).astype("int32")
    found, true = counts(noise, 300, kernel_size)
    assert found == true


def test_windows_that_do_not_fit_into_one_integer_are_numbered_in_parts(monkeypatch):
    monkeypatch.setattr(module, "INT64_MAX", 1000)  # 10 kinds in threes, 5 in fours
    noise = np.random.default_rng(0).integers(0, 40, (1, 12, 12)).astype("int32")
    for kernel_size in (3, 5):
        found, true = counts(noise, 40, kernel_size)
        assert found == true


layouts = st.tuples(
    st.integers(0, 2**32 - 1),  # seed
    st.integers(1, 2),  # batch
    st.integers(1, 9),  # height
    st.integers(1, 9),  # width
    st.integers(1, 6),  # labels
    st.sampled_from([1, 3, 5]),  # kernel
    st.booleans(),  # edges
    st.booleans(),  # sizes known only in the graph
)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(layouts)
def test_spade_is_the_same_by_neighbourhoods_and_by_convolutions(layout):
    seed, batch, height, width, labels, kernel_size, has_edges, dynamic = layout
    rng = np.random.default_rng(seed)
    label_map = rng.integers(-1, labels + 1, (batch, height, width)).astype("int32")
    instance_map = rng.integers(0, 3, (batch, height, width)).astype("int32")
    x = rng.normal(size=(batch, height, width, 3)).astype("float32")
    weights = rng.normal(size=x.shape).astype("float32")
    layer = SPADE(labels, has_edges, hidden_width=6, kernel_size=kernel_size)
    layer.build((None, None, None, 3))
    for variable in layer.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))

    def run(x, label_map, instance_map):
        variables = [variable.value for variable in layer.trainable_variables]
        with tf.GradientTape() as tape:
            tape.watch(x)
            pyramid = LayoutPyramid(label_map, labels, instance_map if has_edges else None)
            y = layer(x, pyramid, training=True)
            total = tf.reduce_sum(y * weights)
        return y, tape.gradient(total, [x, *variables])

    if dynamic:
        ints = tf.TensorSpec([None] * 3, tf.int32)
        run = tf.function(run, [tf.TensorSpec([None, None, None, 3], tf.float32), ints, ints])
    results = []
    for modulation in ("convolutions", "neighbourhoods"):
        layer.modulation = modulation
        one = tf.function(run.python_function, run.input_signature) if dynamic else run
        y, gradients = one(tf.constant(x), label_map, instance_map)
        results.append([y, *gradients])
    for by_convolutions, by_neighbourhoods in zip(*results, strict=True):
        # Gradients through the batch statistics cancel: small remains of numbers above 1.
        atol = 1e-5 * max(1, np.abs(by_convolutions).max())
        np.testing.assert_allclose(by_neighbourhoods, by_convolutions, atol=atol)
