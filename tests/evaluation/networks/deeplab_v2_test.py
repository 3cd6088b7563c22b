import numpy as np
import pytest

from spade_tf.evaluation import build_network
from spade_tf.evaluation.networks.deeplab_v2 import preprocess
from spade_tf.evaluation.networks.resampling import shrink
from spade_tf.evaluation.predictions import cocostuff_prediction
from spade_tf.pytorch import load_state_dict
from tests.evaluation.networks.vectors import NetworkVectors, assert_agrees, assert_same_labels

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def vectors():
    return NetworkVectors("deeplabv2_cocostuff")


@pytest.fixture(scope="module")
def network(vectors):
    network = build_network("deeplab_v2")
    load_state_dict(network, vectors.state())
    return network


def test_layers(network, vectors):
    maps = network.maps(preprocess(np.float32(vectors.image("image"))))
    names = ["layer1_every4", "layer2_every16", "layer3_every32", "layer4_every64"]
    for ours, name in zip(maps, [*names, "layer5_every64"], strict=True):
        official = vectors[f"out/{name}"]
        step = ours.shape[-1] // official.shape[-1]
        assert_agrees(ours[..., ::step], official)


@pytest.mark.parametrize("scale", [1, 0.5, 0.75])
def test_logits_of_a_scale(network, vectors, scale):
    x = preprocess(np.float32(vectors.image("image")))
    logits = network.logits(shrink(x, scale) if scale < 1 else x)
    assert_agrees(logits[..., ::7], vectors[f"out/logits_x{scale}"])


def test_largest_logits_and_labels(network, vectors):
    image = vectors.image("image")
    logits = np.asarray(network(image))
    assert_agrees(logits, vectors["out/logits_msc"])
    labels = cocostuff_prediction(logits, *image.shape[1:3])
    assert_same_labels(labels, vectors["out/label"])


@pytest.mark.parametrize(("exact_step", "rule"), [(True, ""), (False, "_ratio_rule")])
def test_odd_sides_by_the_rule_of_each_pytorch(network, vectors, monkeypatch, exact_step, rule):
    monkeypatch.setattr(network, "exact_step", exact_step)
    logits = network(vectors.image("odd_image"))
    assert_agrees(logits[..., ::7], vectors[f"out/odd_logits_msc{rule}_every7"])


def test_parameters(network):
    assert network.count_params() - sum(w.shape[0] for w in statistics(network)) == 55_919_384


def statistics(network):
    return [weight for weight in network.weights if "moving_" in weight.path]
