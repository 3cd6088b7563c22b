import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from spade_tf.benchmark.profile import draw_profiles, kind_of, times_by_kind


def test_operations_have_kinds():
    for name in ("Conv2D", "_FusedConv2D", "_MklNativeConv2D", "_MklNativeFusedConv2D"):
        assert kind_of(name) == "convolutions"
    assert kind_of("_MklMatMul") == "matrix products"
    assert kind_of("ResourceGather") == "look-ups"
    assert kind_of("NoSuchOp") == "others"


@pytest.mark.slow
def test_most_of_a_convolutions_time_is_a_convolutions(tmp_path):
    x, kernel = tf.ones((1, 64, 64, 64)), tf.ones((3, 3, 64, 64))
    run = tf.function(lambda x: tf.nn.conv2d(x, kernel, 1, "SAME") + 1.0)
    run(x)
    times = times_by_kind(run, [x, x])
    assert next(iter(times)) == "convolutions"
    assert "arithmetic of maps" in times
    draw_profiles({"one": times, "two": times}, tmp_path / "profile.png")
    assert np.asarray(Image.open(tmp_path / "profile.png")).std() > 0
