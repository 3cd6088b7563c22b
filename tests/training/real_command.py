"""`python -m spade_tf.train` in processes of their own, small and uncompiled."""

import pathlib
from typing import Any

import tensorflow as tf

from tests.forked_commands import Command

VALUES: dict[str, Any] = {
    "data.height": 32,
    "data.width": 32,
    "data.num_scenes": 6,
    "model.norm": "clade",
    "model.base_width": 2,
    "model.hidden_width": 4,
    "model.latent_dim": 0,
    "model.spectral_norm": False,
    "discriminator.base_width": 2,
    "discriminator.num_scales": 1,
    "discriminator.num_layers": 1,
    "discriminator.spectral_norm": False,
    "train.decay_epochs": 0,
    "train.batch_size": 2,
    "train.memory_check": "off",
    "train.steps_per_execution": 1,
    "train.log_every_steps": 1,
    "train.save_every_steps": 1,
}
"""Of the landscapes config: a checkpoint at every step."""

# TensorFlow gives a worker all of its GPUs, but one CPU: here as many as the test says, and threads
# enough for replicas that wait for each other.
SEVERAL_CPUS = """
import tensorflow as tf
from tensorflow.python.distribute.collective_all_reduce_strategy import CollectiveAllReduceExtended

def local_devices(self, cluster_resolver, worker_device):
    return tuple(f"{{worker_device}}/device:CPU:{{number}}" for number in range({cpus})), "CPU"

CollectiveAllReduceExtended._initialize_local_devices = local_devices
tf.config.threading.set_inter_op_parallelism_threads(16)
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * {cpus}
)
"""


def start(
    workdir: pathlib.Path,
    values: dict[str, Any] | None = None,
    cpus: int = 1,
    before: str = "",
    **environment: str,
) -> Command:
    """Starts a run on `cpus` logical CPUs; `before` is Python that its process runs first."""
    named = [f"--config.{key}={value}" for key, value in {**VALUES, **(values or {})}.items()]
    return Command(
        ["spade_tf.train", "--config=landscapes", f"--workdir={workdir}", *named],
        compiled=False,
        before=SEVERAL_CPUS.format(cpus=cpus) if cpus > 1 else before,
        environment=environment,
    )


def tensors(checkpoint: str) -> dict[str, Any]:
    """All values of a checkpoint but TensorFlow's own: its graph, and how often it has saved."""
    reader = tf.train.load_checkpoint(checkpoint)
    own = {"_CHECKPOINTABLE_OBJECT_GRAPH", "save_counter/.ATTRIBUTES/VARIABLE_VALUE"}
    return {name: reader.get_tensor(name) for name in set(reader.get_variable_to_shape_map()) - own}
