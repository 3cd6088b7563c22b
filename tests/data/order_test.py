"""The stream of image numbers: permutations, resuming and sharding."""

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

from spade_tf.data import order


def numbers(stream, count):
    return [(int(n), int(i)) for n, i in stream.take(count).as_numpy_iterator()]


def test_every_epoch_is_another_permutation():
    indices = [i for _, i in numbers(order.training_order(7, seed=0), 21)]
    epochs = [indices[:7], indices[7:14], indices[14:]]
    assert all(sorted(epoch) == list(range(7)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


def test_the_seed_decides():
    streams = [numbers(order.training_order(20, seed), 20) for seed in (3, 3, 4)]
    assert streams[0] == streams[1] != streams[2]


@hypothesis.given(num_examples=st.integers(1, 9), start=st.integers(0, 40), seed=st.integers(0, 3))
@hypothesis.settings(max_examples=12, deadline=None)
def test_a_stream_started_at_an_image_continues_the_one_from_the_beginning(
    num_examples, start, seed
):
    whole = numbers(order.training_order(num_examples, seed), start + 12)
    assert numbers(order.training_order(num_examples, seed, start), 12) == whole[start:]
    assert [n for n, _ in whole] == list(range(start + 12))


@hypothesis.given(
    num_shards=st.integers(1, 4),
    share=st.integers(1, 4),
    start=st.integers(0, 30),
)
@hypothesis.settings(max_examples=6, deadline=None)
def test_the_shards_in_order_are_the_global_batch(num_shards, share, start):
    batch = num_shards * share
    whole = numbers(order.training_order(10, 0, start), 3 * batch)
    shards = [
        numbers(
            order.take_shard(order.training_order(10, 0, start), start, batch, num_shards, i),
            3 * share,
        )
        for i in range(num_shards)
    ]
    for step in range(3):
        together = [pair for shard in shards for pair in shard[step * share : (step + 1) * share]]
        assert together == whole[step * batch : (step + 1) * batch]


def test_uniform_numbers_belong_to_seed_and_image():
    draws = [
        order.uniforms(seed, np.int64(n), 4).numpy() for seed, n in ((0, 5), (0, 5), (0, 6), (1, 5))
    ]
    np.testing.assert_array_equal(draws[0], draws[1])
    assert (draws[0] != draws[2]).all() and (draws[0] != draws[3]).all()
    many = np.concatenate([order.uniforms(0, np.int64(n), 4) for n in range(500)])
    assert many.min() >= 0 and many.max() < 1
    assert many.mean() == pytest.approx(0.5, abs=0.03)
