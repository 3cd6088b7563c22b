import numpy as np
import pytest

from spade_tf.inference.residual_block import FoldedBlock
from spade_tf.layers import CLADE, LayoutPyramid, ResidualBlock, lookup_sum


@pytest.mark.parametrize("doubled", [False, True])
@pytest.mark.parametrize("filters", [3, 5])
@pytest.mark.parametrize("spectral_norm", [True, False])
def test_is_the_block(filters, spectral_norm, doubled):
    rng = np.random.default_rng(0)
    block = ResidualBlock(filters, CLADE(2, has_instances=True), spectral_norm=spectral_norm)
    block.build((None, None, None, 5))
    for variable in block.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    label_map = rng.integers(0, 2, (2, 4, 6)).astype("int32")
    pyramid = LayoutPyramid(label_map, 2, instance_map=label_map)
    x = rng.normal(size=(2, 4, 6, 5)).astype("float32")
    block(x, pyramid, training=True)
    folded = FoldedBlock(block, doubled, "float32", sum_rows=lookup_sum, winograd=False)
    prepared = folded.prepare(pyramid, 4, 6)
    assert len(prepared) == (2 if filters == 5 else 3)
    if doubled:
        x = x[:, ::2, ::2]
    before = x.repeat(2, axis=1).repeat(2, axis=2) if doubled else x
    expected = np.array(block(before, pyramid, training=False))
    np.testing.assert_allclose(folded(x, prepared), expected, atol=1e-5 * np.abs(expected).max())
