import keras
import numpy as np
import pytest

from spade_tf.errors import UserError
from spade_tf.pytorch import PublishedNetwork, load_state_dict


class Small(PublishedNetwork):
    """Two named layers of a network that also has a classifier."""

    unused = r"fc\."

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.conv = keras.layers.Conv2D(4, (1, 2), use_bias=False, name="stem.0")
        self.norm = keras.layers.BatchNormalization(name="stem.1")

    def call(self, image):
        return self.norm(self.conv(image))


def state_dict():
    rng = np.random.default_rng(0)
    shapes = {
        "stem.0.weight": (4, 3, 1, 2),
        "stem.1.weight": (4,),
        "stem.1.bias": (4,),
        "stem.1.running_mean": (4,),
        "stem.1.running_var": (4,),
        "stem.1.num_batches_tracked": (),
        "fc.weight": (10, 4),
    }
    return {name: rng.uniform(1, 2, shape).astype("float32") for name, shape in shapes.items()}


@pytest.fixture
def network():
    network = Small()
    network.build()
    return network


def test_filled_by_name(network):
    state = state_dict()
    load_state_dict(network, state)
    kernel = np.asarray(network.conv.kernel)
    assert kernel[0, 1, 2, 3] == state["stem.0.weight"][3, 2, 0, 1]
    norm = network.norm
    for variable, name in (
        (norm.gamma, "weight"),
        (norm.beta, "bias"),
        (norm.moving_mean, "running_mean"),
        (norm.moving_variance, "running_var"),
    ):
        np.testing.assert_array_equal(variable, state[f"stem.1.{name}"])


def test_frozen_and_float32(network):
    assert not network.trainable_variables and network.dtype_policy.name == "float32"


def test_all_faults_at_once_and_nothing_loaded(network):
    before = [np.array(variable) for variable in network.variables]
    state = state_dict()
    del state["stem.1.bias"]
    state["stem.0.weight"] = state["stem.0.weight"][:, :2]
    state["stem.2.weight"] = np.ones(4)
    with pytest.raises(UserError) as caught:
        load_state_dict(network, state)
    message = str(caught.value)
    assert "missing: stem.1.bias (4,)" in message
    assert "misshaped: stem.0.weight is (4, 2, 1, 2), expected (4, 3, 1, 2)" in message
    assert "unknown: stem.2.weight (4,)" in message
    assert "fc.weight" not in message
    for variable, value in zip(network.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)
