import numpy as np
import pytest
from keras import ops

from spade_tf.evaluation import build_network
from spade_tf.evaluation.networks.resampling import resize_bilinear
from spade_tf.evaluation.networks.upernet import preprocess, sized_images
from spade_tf.evaluation.predictions import ade20k_prediction
from spade_tf.pytorch import load_state_dict
from tests.evaluation.networks.vectors import NetworkVectors, assert_agrees, assert_same_labels

pytestmark = pytest.mark.slow

PHOTO_SIDES = (64, 96, 128)


@pytest.fixture(scope="module")
def vectors():
    return NetworkVectors("upernet101_ade20k")


@pytest.fixture(scope="module")
def network(vectors):
    """Filled from both files, with the buffers that the published ones hold beside the weights."""
    network = build_network("upernet101")
    state = vectors.state()
    assert "encoder.bn1._tmp_running_var" in state
    load_state_dict(network, state)
    return network


def test_encoder_and_pyramid(network, vectors):
    maps = network.maps(preprocess(np.float32(vectors.image("image"))))
    for level, ours in enumerate(maps, start=1):
        assert_agrees(ours[..., ::32], vectors[f"out/layer{level}_every32"])
    names = ["fpn_out0_every64", "fpn_out1_every32", "fpn_out2_every16", "ppm_last_conv_every8"]
    for ours, name in zip(network.pyramid(maps), names, strict=True):
        official = vectors[f"out/{name}"]
        assert_agrees(ours[..., :: 512 // official.shape[-1]], official)


def test_logits_probabilities_and_labels(network, vectors):
    logits = network(vectors.image("image"))
    assert_agrees(logits[..., ::3], vectors["out/logits_every3"])
    official = vectors["out/label"]
    probabilities = ops.softmax(resize_bilinear(logits, *official.shape[1:]))
    assert_agrees(probabilities[..., ::150], vectors["out/prob_every25"])
    labels = ade20k_prediction([np.asarray(logits)], *official.shape[1:])
    assert_same_labels(labels, official)


def test_mean_over_several_sizes(network, vectors):
    (photo,) = vectors.image("pipeline_photo")
    images = sized_images(photo, PHOTO_SIDES)
    for index in (0, 1):
        np.testing.assert_array_equal(images[index], vectors[f"out/pipeline_input_{index}"][0])
    logits = [np.asarray(network(image[np.newaxis])) for image in images]
    probabilities = [ops.softmax(resize_bilinear(one, *photo.shape[:2])) for one in logits]
    mean = sum(probabilities) / len(probabilities)
    assert_agrees(mean[..., ::75], vectors["out/pipeline_score_every15"])
    labels = ade20k_prediction(logits, *photo.shape[:2])
    assert_same_labels(labels, vectors["out/pipeline_label"])


def test_parameters(network):
    parameters = {"encoder": 0, "decoder": 0}
    for weight in network.weights:
        if "moving_" not in weight.path:
            part = weight.path.split("/")[-2].partition(".")[0]
            parameters[part] += int(np.prod(weight.shape))
    assert parameters == {"encoder": 42_623_936, "decoder": 40_590_486}
