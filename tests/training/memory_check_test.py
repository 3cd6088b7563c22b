import pytest
import tensorflow as tf

from spade_tf.config import replace
from spade_tf.errors import UserError
from spade_tf.training.memory_check import changes, check_memory
from spade_tf.training.memory_estimate import MemoryEstimate
from tests.tiny_config import tiny_config

GIB = 1 << 30
ONE = tf.distribute.OneDeviceStrategy("CPU:0")


def estimate(config, examples, device):
    """Two GiB for each image, half as much recomputed, and one whatever one does."""
    assert device == "CPU"
    features = 2 * GIB * examples // (2 if config.train.recompute else 1)
    return MemoryEstimate(0, 0, features, 0, GIB)


def check(config, there, strategy=ONE, batch_size=4):
    return check_memory(config, strategy, batch_size, estimate, lambda _: there)


def test_line_where_it_fits(two_replicas):
    line = check(tiny_config(), 9 * GIB)
    assert line == (
        "memory: about 9.0 GiB (weights and optimizers 0.0, features kept for the backward pass "
        "8.0, working memory 0.0, TensorFlow itself 1.0), on each device, of 9.0 GiB"
    )
    assert "about 5.0 GiB" in check(tiny_config(), 9 * GIB, two_replicas)  # two images on each
    assert "about 9.0 GiB" in check(tiny_config(), None)


def test_what_to_change_until_it_fits():
    with pytest.raises(UserError) as error:
        check(tiny_config({"train.memory_check": "stop"}), 2 * GIB)
    assert (
        "on each device, which has 2.0 GiB. Change, one after the other: train.batch_size=2 "
        "(5.0 GiB), train.batch_size=1 (3.0 GiB), train.recompute=true (2.0 GiB); or write "
        "train.memory_check=warn"
    ) in str(error.value)
    line = check(tiny_config({"train.memory_check": "warn"}), 2 * GIB)
    assert line.startswith("memory: training will not fit")


def test_what_may_fit_is_not_stopped():
    """An estimate of 9 GiB, which is 12 % more than there is, may be that much too high."""
    line = check(tiny_config({"train.memory_check": "stop"}), 8 * GIB)
    assert line.startswith("memory: training may not fit")
    assert "which has 8.0 GiB. Change, one after the other: train.batch_size=2 (5.0 GiB)" in line


def test_all_that_can_be_changed_in_order():
    config = tiny_config({"train.batch_size": 4, "data.height": 64, "data.width": 64})
    steps = list(changes(config, replicas=2))
    assert [what for what, _ in steps] == [
        "train.batch_size=2",  # one image on each
        "train.recompute=true",
        "train.precision=mixed_bfloat16",
        "model.base_width=1",
        "data.height=32 with data.width=32",
    ]
    last = steps[-1][1]
    assert (last.train.batch_size, last.model.base_width, last.data.width) == (2, 1, 32)
    # 48 pixels are no whole number of start grids, and what is in use already is not offered.
    config = replace(config, "train.recompute", True)
    config = replace(config, "train.precision", "mixed_float16")
    config = replace(config, "data.height", 96)
    assert [what for what, _ in changes(config, replicas=4)] == ["model.base_width=1"]
