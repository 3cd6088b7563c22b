"""The compiled loop of a Trainer around a step that only sleeps."""

import time
import types

import numpy as np
import pytest
import tensorflow as tf

from spade_tf.training import Trainer
from spade_tf.training.stopwatch import Timing, timing_until_now
from tests.tiny_config import tiny_config

STEPS = 6
PAUSE = 0.05


def pause(value):
    time.sleep(PAUSE)
    return value


def slow(value):
    """The same value, after a pause."""
    return tf.ensure_shape(tf.numpy_function(pause, [value], value.dtype), value.shape)


def timing_of(strategy, input_is_slow):
    """Of steps whose input takes its time, or of slow steps with an input that is there already."""
    numbers = tf.data.Dataset.range(100).map(lambda n: tf.cast(n, tf.float32))
    dataset = numbers.map(slow) if input_is_slow else numbers
    stub = types.SimpleNamespace(
        config=tiny_config(), term_names=["G_GAN"], strategy=strategy, seen=[]
    )

    def advance(batches):
        step = (lambda x: x + 0.0) if input_is_slow else slow
        shares = strategy.run(step, (batches[0],))
        return {"G_GAN": strategy.reduce(tf.distribute.ReduceOp.SUM, shares, axis=None)}

    stub._advance = advance
    run = tf.function(lambda iterator, steps: Trainer._run_steps(stub, iterator, steps))
    iterator = iter(strategy.distribute_datasets_from_function(lambda _: dataset.prefetch(2)))
    before = time.time()
    terms, clock = run(iterator, tf.constant(STEPS))
    return terms["G_GAN"].numpy(), timing_until_now(clock), time.time() - before


@pytest.mark.parametrize("replicas", [1, 2])
def test_waiting_for_the_input_is_told_from_work(replicas, two_replicas):
    strategy = two_replicas if replicas == 2 else tf.distribute.OneDeviceStrategy("CPU:0")
    terms, timing, all_seconds = timing_of(strategy, input_is_slow=True)
    sums = np.arange(STEPS * replicas).reshape(STEPS, replicas).sum(axis=1)
    np.testing.assert_array_equal(terms, sums)
    assert STEPS * replicas * PAUSE / 2 < timing.waiting < timing.seconds < all_seconds
    assert timing.waiting_share > 0.6

    _, timing, _ = timing_of(strategy, input_is_slow=False)
    assert timing.seconds > STEPS * PAUSE
    assert timing.waiting_share < 0.3


def test_shares():
    assert Timing().waiting_share == 0
    assert (Timing(3.0, 1.0) + Timing(1.0, 1.0)).waiting_share == 0.5
