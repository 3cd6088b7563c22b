import keras
import numpy as np
import pytest

from spade_tf.models.sims_refinement import DECODER, ENCODER, RefinementNetwork

LABELS = 3


def built(**values):
    network = RefinementNetwork(LABELS, base_width=1, name="generator", **values)
    network.build()
    return network


def inputs(height, width, seed=0):
    random = np.random.default_rng(seed)
    return {
        "canvas": random.random((2, height, width, 4)).astype(np.float32),
        "canvas_label_map": random.integers(0, LABELS, (2, height, width)).astype(np.int32),
    }


def module_parameters(channels, width, convolutions):
    """3x3 kernels without bias, and gain and shift of each channel."""
    return 9 * width * (channels + (convolutions - 1) * width) + convolutions * 2 * width


def expected_parameters(labels, width, reduction):
    """Counted by hand from the paper's table."""
    condition, count, channels = labels + 4, 0, labels + 4
    for units, convolutions in ENCODER:
        count += module_parameters(channels, units * width, convolutions)
        channels = units * width
    below = 0
    for units, (beside, _) in zip(DECODER, reversed(ENCODER), strict=True):
        count += module_parameters(condition + beside * width + below, units * width, 2)
        below = units * width
    count += module_parameters(condition + below, 4 * width, 2)
    below = 4 * width
    if reduction > 1:
        count += module_parameters(condition + below, 2 * width, 2)
        below = 2 * width
    if reduction == 4:
        count += 3 * (condition + 3 + 1)
    return count + (below + 1) * (3 + labels)


@pytest.mark.parametrize("reduction", [1, 2, 4])
def test_parameters(reduction):
    assert built(reduction=reduction).count_params() == expected_parameters(LABELS, 1, reduction)


@pytest.mark.parametrize(
    ("reduction", "height", "width", "rows"),
    [(1, 33, 17, 33), (2, 8, 12, 8), (4, 8, 12, 4)],
)
def test_sizes(reduction, height, width, rows):
    image, logits = built(reduction=reduction).refine(inputs(height, width))
    assert image.shape == (2, height, width, 3)
    assert logits.shape == (2, rows, rows * width // height, LABELS)


def test_reads_canvas_and_layout_and_is_clipped():
    network, given = built(), inputs(16, 16)
    image = np.asarray(network(given))
    assert image.min() >= -1 and image.max() <= 1 and image.std() > 0
    for key, value in inputs(16, 16, seed=1).items():
        assert np.abs(np.asarray(network({**given, key: value})) - image).max() > 0.01


def test_none_of_them_is_no_channel():
    network, given = built(), inputs(16, 16)
    layouts = [np.full((2, 16, 16), label, np.int32) for label in (LABELS, 0)]
    none, first = (network._condition({**given, "canvas_label_map": x}) for x in layouts)
    assert not np.asarray(none)[..., :LABELS].any()
    assert np.asarray(first)[..., 0].all()


def test_config_round_trip():
    network = built(reduction=2, spatial_transformer=True)
    copy = RefinementNetwork.from_config(network.get_config())
    copy.build()
    shapes = [[tuple(v.shape) for v in n.variables] for n in (network, copy)]
    assert shapes[0] == shapes[1]
    assert keras.saving.serialize_keras_object(copy)["registered_name"].startswith("spade_tf>")


def test_refuses_other_reductions():
    with pytest.raises(ValueError, match="reduction is 3"):
        built(reduction=3)
