import numpy as np
import pytest
from keras import ops

from spade_tf.evaluation import build_network
from spade_tf.evaluation.networks.fid_inception import preprocess
from spade_tf.pytorch import load_state_dict
from tests.evaluation.networks.vectors import NetworkVectors, assert_agrees

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def vectors():
    return NetworkVectors("fid_inception")


@pytest.fixture(scope="module")
def network(vectors):
    """Filled from the published file, which has a classifier that is not used."""
    network = build_network("inception_fid")
    state = vectors.state()
    assert state["fc.weight"].shape == (1008, 2048)
    load_state_dict(network, state)
    return network


def test_maps_of_an_enlarged_image(network, vectors):
    x = preprocess(np.float32(vectors.image("small")))
    assert_agrees(x[:, ::7, ::7], vectors["out/small_resized_step7"])
    names = ["block0_every32", "block1_every64", "block2_every64"]
    for ours, name in zip(network.maps(x), names, strict=False):
        official = vectors[f"out/small_{name}"]
        assert_agrees(ours[..., :: ours.shape[-1] // official.shape[-1]], official)


@pytest.mark.parametrize("image", ["small", "large"])
def test_features(network, vectors, image):
    features = network(vectors.image(image))
    assert_agrees(features, vectors[f"out/{image}_pool3"])
    maps = network.maps(preprocess(np.float32(vectors.image(image))))
    for ours in maps[:3]:
        official = vectors[f"out/{image}_pooled{ours.shape[-1]}"]
        assert_agrees(ops.mean(ours, axis=(1, 2)), official)


def test_an_image_alone_has_the_features_it_has_in_a_batch(network, vectors):
    small = vectors.image("small")
    assert_agrees(network(small[1:]), np.asarray(network(small))[1:], relative=1e-6)
