"""What all tests share: two virtual CPU devices and a fixed seed."""

import os

import spade_tf  # noqa: F401  (before TensorFlow, which then runs as it does for users)

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras  # noqa: E402
import pytest  # noqa: E402
import tensorflow as tf  # noqa: E402

# Devices can be split only before TensorFlow first uses them.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)


def pytest_collection_modifyitems(items):
    """Files with slow tests come first: at the end of a parallel run one process would wait."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def fixed_seed():
    """Every test draws the same random numbers, whichever tests ran before it."""
    keras.utils.set_random_seed(0)


@pytest.fixture(scope="session")
def two_replicas():
    """A strategy with two replicas on the two virtual CPU devices."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
