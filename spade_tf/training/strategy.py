"""Where training runs: one device, or all devices of this machine as equal replicas."""

import tensorflow as tf

STRATEGIES = ("mirrored", "one")


def make_strategy(name: str = "mirrored") -> tf.distribute.Strategy:
    """The strategy `mirrored` (every GPU, else every logical CPU, a replica) or `one` (the first).

    With one device both train the same numbers.
    """
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    if name == "one":
        return tf.distribute.OneDeviceStrategy(devices[0])
    return tf.distribute.MirroredStrategy(devices)
