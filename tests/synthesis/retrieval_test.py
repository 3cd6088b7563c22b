import numpy as np
import pytest

from spade_tf.config import replace
from spade_tf.models.sims_refinement import RefinementNetwork
from spade_tf.sims.build_bank import build_bank
from spade_tf.synthesis.retrieval import Retrieval
from tests.sims.small_banks import block_set, layout, photograph


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    root = tmp_path_factory.mktemp("set")
    config = block_set(root)
    build_bank(config, root / "bank")
    return replace(config, "model.bank", str(root / "bank"))


def no_paint(inputs, training):
    raise AssertionError("not asked to paint")


def layouts():
    return {"label_map": np.stack([layout(0), layout(2)]).astype(np.int32)}


def test_adds_canvases(config):
    inputs = Retrieval(config, no_paint)(layouts())
    assert inputs["canvas"].shape == (2, 32, 32, 4)
    np.testing.assert_array_equal(inputs["canvas_label_map"], layouts()["label_map"])
    expected = np.stack([photograph(0), photograph(2)]) / 255
    np.testing.assert_allclose(inputs["canvas"][..., :3], expected, atol=1e-6)


def test_leaves_canvases_as_they_are(config):
    given = {**layouts(), "canvas": "as it was"}
    assert Retrieval(config, no_paint)(given) is given


def test_a_new_transformer_leaves_pieces_where_they_are(config):
    network = RefinementNetwork(4, base_width=1, spatial_transformer=True)
    network.build()
    plain = Retrieval(config, no_paint)(layouts())
    moved = Retrieval(config, network)({**layouts(), "canvas": "made anew"})
    np.testing.assert_allclose(moved["canvas"], plain["canvas"], atol=1.01 / 255)

    # A shift of a quarter of the picture: the result reads 8 columns further right.
    network.transformer.to_map.bias.assign([1, 0, 0.5, 0, 1, 0])
    shifted = Retrieval(config, network)(layouts())["canvas"][0]
    np.testing.assert_allclose(shifted[5, 2, :3] * 255, photograph(0)[5, 10], atol=1)
    assert not shifted[:, -8:, 3].any()
