import numpy as np
import pytest

from spade_tf.losses.refinement_objective import RefinementObjective

IMAGE = np.full((1, 2, 2, 3), 0.5, np.float32)
PHOTOGRAPH = np.full((1, 2, 2, 3), -0.25, np.float32)
LOGITS = np.zeros((1, 2, 2, 4), np.float32)
LABELS = np.zeros((1, 2, 2), np.int32)


def terms(objective, **values):
    found = objective(IMAGE, PHOTOGRAPH, LOGITS, LABELS, **values)
    return {name: float(value[0]) for name, value in found.items()}


def test_maps_by_crn_s_weights():
    def maps(x):
        return [np.full((1, 2, 2, 1), x, np.float32)] * 6

    found = terms(RefinementObjective(vgg_weight=2.0), perceptual_features=(maps(1.5), maps(1)))
    # Each map differs by 1/2; the weights are divisors, the last counts ten times.
    weights = 1 + 1 / 2.6 + 1 / 4.8 + 1 / 3.7 + 1 / 5.6 + 10 / 1.5
    assert found == pytest.approx({"G_VGG": weights, "G_Semantic": 10 * np.log(4)}, rel=1e-6)


def test_without_a_perceptual_network_the_image_remains():
    found = terms(RefinementObjective(vgg_weight=0, semantic_weight=0))
    assert found == {"G_Image": 0.75}


def test_what_the_transformer_moved():
    target = np.array([[[1, 0], [0, 0]]])
    found = terms(RefinementObjective(vgg_weight=0), moved=(IMAGE + 1, target))
    assert found["G_Transform"] == 1.75


def test_needs_features_for_its_weight():
    with pytest.raises(ValueError, match="needs perceptual_features"):
        terms(RefinementObjective())
