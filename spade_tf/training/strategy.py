"""Where training runs: one device, all devices of this machine, or those of several machines."""

import tensorflow as tf

from spade_tf.errors import UserError
from spade_tf.training.worker import EXAMPLE, read_cluster


def make_strategy(name: str = "auto") -> tf.distribute.Strategy:
    """The strategy of a name of `train.strategy`; each trains the same numbers.

    `one`: the first device. `mirrored`: every GPU of this machine, else every logical CPU, is a
    replica. `multi_worker`: the same on all machines that TF_CONFIG names. `auto`: `multi_worker`
    if it names several, else `mirrored`.

    On several machines it has to be made before anything else uses TensorFlow's devices, even for
    a tensor: the connection to the other workers is part of how the runtime starts.

    Raises:
      UserError: `multi_worker` without TF_CONFIG, or one that cannot be understood.
    """
    cluster = read_cluster()
    if name == "auto":
        name = "multi_worker" if len(cluster.addresses) > 1 else "mirrored"
    if name == "multi_worker":
        if cluster.addresses == ("",):
            raise UserError(
                "train.strategy=multi_worker needs the environment variable TF_CONFIG, on each "
                f"machine with its own index, such as {EXAMPLE}; see docs/distributed.md"
            )
        print(
            f"worker {cluster.index} of {', '.join(cluster.addresses)}: waiting for all to start",
            flush=True,
        )
        return tf.distribute.MultiWorkerMirroredStrategy()
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    if name == "one":
        return tf.distribute.OneDeviceStrategy(devices[0])
    return tf.distribute.MirroredStrategy(devices)


def device_kind(strategy: tf.distribute.Strategy) -> str:
    """`CPU` or `GPU`."""
    return tf.DeviceSpec.from_string(strategy.extended.worker_devices[0]).device_type
