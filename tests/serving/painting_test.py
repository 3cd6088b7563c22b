import numpy as np
import pytest

from serving.metadata import Metadata
from serving.painting import painting_inputs, styles_around
from spade_tf.errors import UserError
from spade_tf.export import contract
from tests.serving.models import CARD, STYLED


def metadata(card):
    return Metadata(card.name, 1, {s.name: s for s in contract.signatures(card)})


PLAIN, STYLE = metadata(CARD), metadata(STYLED)
MAP = np.arange(96).reshape(8, 12) % 5


def test_one_map_is_a_batch_of_one():
    name, inputs = painting_inputs(PLAIN, MAP)
    assert name == "serving_default" and list(inputs) == ["label_map"]
    np.testing.assert_array_equal(inputs["label_map"], MAP[None].astype(np.int32), strict=True)


def test_the_samples_of_a_map_follow_each_other_with_seeds_that_count_up():
    _, inputs = painting_inputs(STYLE, np.stack([MAP, 4 - MAP]), MAP, seed=5, samples=2)
    np.testing.assert_array_equal(inputs["label_map"], [MAP, MAP, 4 - MAP, 4 - MAP])
    np.testing.assert_array_equal(inputs["seed"], np.array([5, 6, 5, 6]), strict=True)
    _, inputs = painting_inputs(STYLE, np.stack([MAP, MAP]), MAP, seed=[5, 100], samples=2)
    assert inputs["seed"].tolist() == [5, 6, 100, 101]


def test_labels_stand_for_instances_that_are_not_given():
    _, inputs = painting_inputs(STYLE, MAP)
    np.testing.assert_array_equal(inputs["instance_map"], MAP[None])
    _, inputs = painting_inputs(STYLE, MAP, MAP + 1000)
    np.testing.assert_array_equal(inputs["instance_map"], MAP[None] + 1000)


def test_styles_take_the_place_of_seeds():
    z = np.arange(6).reshape(2, 3)
    name, inputs = painting_inputs(STYLE, MAP, z=z, samples=2)
    assert name == "synthesize_style" and "seed" not in inputs
    np.testing.assert_array_equal(inputs["z"], z.astype(np.float32), strict=True)
    _, inputs = painting_inputs(STYLE, np.stack([MAP, MAP]), z=z, samples=2)
    np.testing.assert_array_equal(inputs["z"], [z[0], z[1], z[0], z[1]])
    _, inputs = painting_inputs(STYLE, np.stack([MAP, MAP]), z=z)
    np.testing.assert_array_equal(inputs["z"], z)
    _, inputs = painting_inputs(STYLE, MAP, z=z[0])
    assert inputs["z"].shape == (1, 3)


@pytest.mark.parametrize(
    "model, arguments, message",
    [
        (PLAIN, {"label_map": MAP / 2}, "label_map is float64 of shape .8, 12.; expected whole"),
        (PLAIN, {"label_map": MAP[0]}, "label_map is int64 of shape .12."),
        (PLAIN, {"label_map": MAP + 2**40}, "expected ids of 32 bits"),
        (PLAIN, {"instance_map": MAP}, "'tiny' reads no instances; leave instance_map out"),
        (PLAIN, {"samples": 0}, "samples=0; expected 1 or more"),
        (PLAIN, {"samples": 2}, "has no style .* leave out samples=2"),
        (PLAIN, {"seed": 3, "z": [1.0]}, "has no style .* leave out z, seed"),
        (STYLE, {"seed": [1, 2]}, "one for each of 1 maps"),
        (STYLE, {"seed": 0.5}, "seed=0.5; expected a whole number"),
        (STYLE, {"seed": 2**63 - 1, "samples": 2}, "whole numbers of 64 bits"),
        (STYLE, {"z": np.zeros((3, 3)), "samples": 2}, r"z is of shape \[3, 3\]; .* 2 samples"),
        (STYLE, {"z": [np.nan, 0, 0]}, "infinite or none"),
    ],
)
def test_wrong_arguments_are_refused(model, arguments, message):
    with pytest.raises(UserError, match=message):
        painting_inputs(model, **{"label_map": MAP, **arguments})


def test_styles_of_a_photograph_begin_with_its_mean():
    mean, log_variance = np.array([[1.0, 2.0]]), np.log([[4.0, 9.0]])
    few = styles_around(mean, log_variance, seed=3, samples=2)
    many = styles_around(mean, log_variance, seed=3, samples=4000)
    assert few.dtype == np.float32 and few[0].tolist() == [1.0, 2.0]
    np.testing.assert_array_equal(few, many[:2])
    # 4000 draws: the standard error of a deviation is 1.1 % of it
    np.testing.assert_allclose(many[1:].std(axis=0), [2.0, 3.0], rtol=0.05)
    assert not np.array_equal(many[1:], styles_around(mean, log_variance, seed=4, samples=4000)[1:])
