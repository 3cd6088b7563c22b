import numpy as np
import pytest

from spade_tf.evaluation import build_network
from spade_tf.evaluation.networks.drn import MULTI_SCALES, preprocess, scaled_images
from spade_tf.evaluation.predictions import cityscapes_prediction
from spade_tf.evaluation.resize import resize_bilinear
from spade_tf.pytorch import load_state_dict
from tests.evaluation.networks.vectors import NetworkVectors, assert_agrees, assert_same_labels

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def vectors():
    return NetworkVectors("drn_d_105_cityscapes")


@pytest.fixture(scope="module")
def network(vectors):
    network = build_network("drn_d_105")
    initial = np.asarray(network.upsampling.kernel).transpose(3, 2, 0, 1)
    np.testing.assert_allclose(initial, vectors["extra/up.weight"], atol=1e-7)
    network.upsampling.kernel.assign(np.zeros((16, 16, 1, 19)))
    load_state_dict(network, vectors.state())
    return network


def test_stages_and_logits(network, vectors):
    image = vectors.image("image")
    maps = network.maps(preprocess(np.float32(image)))
    kept = (8, 8, 8, 32, 32, 64, 64, 16, 16)
    for index, (ours, step) in enumerate(zip(maps, kept, strict=True)):
        official = vectors[f"out/base{index}_every{step}"]
        assert_agrees(ours[..., :: ours.shape[-1] // official.shape[-1]], official)
    assert_agrees(network(image), vectors["out/logits"])


def test_log_probabilities_and_labels(network, vectors):
    image = vectors.image("image")
    log_probabilities = np.asarray(network.log_probabilities(image))
    assert_agrees(log_probabilities[..., ::18], vectors["out/log_prob_every3"])
    labels = cityscapes_prediction([log_probabilities], *image.shape[1:3])
    assert_same_labels(labels, vectors["out/label"])


def test_several_scales(network, vectors):
    (photo,) = vectors.image("ms_photo")
    images = dict(zip(MULTI_SCALES, scaled_images(photo), strict=True))
    for scale in (0.5, 1.25):
        np.testing.assert_array_equal(images[scale], vectors[f"out/ms_input_x{scale}"][0])
    found = [np.asarray(network.log_probabilities(image[np.newaxis])) for image in images.values()]
    size = photo.shape[:2]
    total = sum(resize_bilinear(one, *size, antialias=True) for one in found)
    assert_agrees(total[..., ::18], vectors["out/ms_sum_every2"])
    assert_same_labels(cityscapes_prediction(found, *size), vectors["out/ms_label"])


def test_parameters(network):
    sizes = [int(np.prod(w.shape)) for w in network.weights if "moving_" not in w.path]
    assert sum(sizes) == 54_302_915
