import numpy as np
import pytest

from spade_tf.evaluation.networks.bottleneck import Bottleneck


def names(block):
    return {"/".join(v.path.split("/")[-2:]) for v in block.variables if "kernel" in v.path}


@pytest.mark.parametrize("caffe", [True, False])
def test_which_convolution_has_the_strides(caffe):
    block = Bottleneck("b", 8, strides=2, project=True, caffe=caffe)
    assert block(np.ones((1, 6, 6, 4), "float32")).shape == (1, 3, 3, 8)
    assert block.reduce.conv.strides == ((2, 2) if caffe else (1, 1))
    assert block.middle.conv.strides == ((1, 1) if caffe else (2, 2))
    parts = (
        ["reduce.conv", "conv3x3.conv", "increase.conv", "shortcut.conv"]
        if caffe
        else ["conv1", "conv2", "conv3", "downsample.0"]
    )
    assert names(block) == {f"b.{part}/kernel" for part in parts}


def test_without_a_projection_the_input_is_added_before_the_relu():
    block = Bottleneck("b", 4)
    x = np.float32([-1, 0, 1, 2]).reshape(1, 1, 1, 4)
    block(x)
    block.increase.conv.kernel.assign(np.zeros((1, 1, 1, 4)))
    block.increase.norm.beta.assign([3.0, -1.0, -3.0, 0.5])
    np.testing.assert_allclose(np.ravel(block(x)), [2, 0, 0, 2.5])
    assert Bottleneck.from_config(block.get_config()).get_config() == block.get_config()
