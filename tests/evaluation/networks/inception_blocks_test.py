import numpy as np
import pytest

from spade_tf.evaluation.networks import inception_blocks as blocks


def test_means_do_not_count_what_lies_outside():
    ones = np.ones((1, 4, 4, 1), "float32")
    np.testing.assert_allclose(blocks.surrounding_mean()(ones), ones)
    np.testing.assert_allclose(blocks.surrounding_maximum()(-ones), -ones)


@pytest.mark.parametrize(
    ("block", "side", "channels"),
    [
        (blocks.block_5("b", 32), 5, 256),
        (blocks.block_6a("b"), 2, 384 + 96 + 6),
        (blocks.block_6("b", 128), 5, 768),
        (blocks.block_7a("b"), 2, 320 + 192 + 6),
        (blocks.block_7("b", blocks.surrounding_mean()), 5, 2048),
    ],
)
def test_sizes(block, side, channels):
    assert block(np.ones((1, 5, 5, 6), "float32")).shape == (1, side, side, channels)


def test_config_of_nested_branches():
    block = blocks.block_7("b", blocks.surrounding_maximum())
    again = blocks.Branches.from_config(block.get_config())
    x = np.ones((1, 3, 3, 2), "float32")
    block(x), again(x)
    ours = [(v.path.split("/")[-2:], v.shape) for v in block.variables]
    assert ours == [(v.path.split("/")[-2:], v.shape) for v in again.variables]
