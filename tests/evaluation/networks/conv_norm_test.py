import numpy as np
import pytest

from spade_tf.evaluation.networks.conv_norm import ConvNorm


def summing(**arguments):
    """A layer whose kernel adds what it sees, with a normalisation that changes nothing."""
    layer = ConvNorm(("c", "n"), 1, 3, epsilon=0.0, **arguments)
    layer(np.zeros((1, 9, 9, 1), "float32"))
    layer.conv.kernel.assign(np.ones((3, 3, 1, 1)))
    return layer


RAMP = np.arange(4, dtype="float32").reshape(1, 1, 4, 1)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, [1, 3, 6, 5]),
        ({"strides": 2}, [1, 6]),  # around pixels 0 and 2; "same" would take 1 and 3
        ({"dilation": 2}, [2, 4, 2, 4]),
    ],
)
def test_sums_of_a_row(arguments, expected):
    np.testing.assert_allclose(np.ravel(summing(**arguments)(RAMP)), expected)


def test_valid_adds_nothing():
    layer = summing(padding="valid")
    np.testing.assert_allclose(layer(np.ones((1, 3, 5, 1), "float32")).shape, (1, 1, 3, 1))


def test_stored_statistics_even_in_training():
    layer = summing()
    layer.norm.moving_mean.assign([3.0])
    layer.norm.moving_variance.assign([4.0])
    layer.norm.gamma.assign([10.0])
    layer.norm.beta.assign([1.0])
    # (1, 3, 6, 5) minus 3, over 2, times 10, plus 1; the negative one is cut.
    np.testing.assert_allclose(np.ravel(layer(RAMP, training=True)), [0, 1, 16, 11])
    np.testing.assert_allclose(layer.norm.moving_mean, [3.0])
    layer.relu = False
    np.testing.assert_allclose(np.ravel(layer(RAMP))[0], -9)


def test_an_unknown_padding():
    with pytest.raises(ValueError, match="padding is 'same'"):
        ConvNorm(("c", "n"), 1, padding="same")


def test_config_and_names():
    layer = ConvNorm(("a.conv", "a.bn"), 2, (1, 7), relu=False)
    again = ConvNorm.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    again(np.zeros((1, 8, 8, 3), "float32"))
    paths = [variable.path.split("/")[-2:] for variable in again.variables]
    assert paths[0] == ["a.conv", "kernel"] and ["a.bn", "moving_mean"] in paths
    assert again.conv.kernel.shape == (1, 7, 3, 2)
