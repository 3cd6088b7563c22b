"""`python -m spade_tf.train` in processes of their own, small and uncompiled."""

import os
import pathlib
import subprocess
import sys
from typing import Any

import tensorflow as tf

ROOT = pathlib.Path(__file__).parents[2]

VALUES: dict[str, Any] = {
    "data.height": 32,
    "data.width": 32,
    "data.num_scenes": 6,
    "model.norm": "clade",
    "model.base_width": 2,
    "model.hidden_width": 4,
    "model.latent_dim": 0,
    "discriminator.base_width": 2,
    "discriminator.num_scales": 1,
    "discriminator.num_layers": 2,
    "train.decay_epochs": 0,
    "train.batch_size": 2,
    "train.memory_check": "off",
    "train.steps_per_execution": 1,
    "train.log_every_steps": 1,
    "train.save_every_steps": 1,
}
"""Of the landscapes config: a checkpoint at every step."""

# Compiling a step takes half a minute, running it uncompiled a second. TensorFlow gives a worker
# all of its GPUs, but one CPU: here as many as the test says, and threads enough for replicas that
# wait for each other.
PROGRAM = """
import runpy, sys
from spade_tf import command_line
command_line.import_tensorflow()
import tensorflow as tf
from tensorflow.python.distribute.collective_all_reduce_strategy import CollectiveAllReduceExtended

cpus = int(sys.argv.pop(1))

def local_devices(self, cluster_resolver, worker_device):
    return tuple(f"{worker_device}/device:CPU:{number}" for number in range(cpus)), "CPU"

CollectiveAllReduceExtended._initialize_local_devices = local_devices
tf.config.threading.set_inter_op_parallelism_threads(16)
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * cpus
)
tf.config.run_functions_eagerly(True)
runpy.run_module("spade_tf.train", run_name="__main__", alter_sys=True)
"""


def flags_of(workdir: pathlib.Path, values: dict[str, Any] | None = None) -> list[str]:
    """The command line of a run."""
    named = [f"--config.{key}={value}" for key, value in {**VALUES, **(values or {})}.items()]
    return ["--config=landscapes", f"--workdir={workdir}", *named]


def start(
    workdir: pathlib.Path,
    values: dict[str, Any] | None = None,
    cpus: int = 1,
    **environment: str,
) -> subprocess.Popen:
    """Starts a run on `cpus` logical CPUs; its `communicate()` gives what it prints."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PROGRAM, str(cpus), *flags_of(workdir, values)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def tensors(checkpoint: str) -> dict[str, Any]:
    """All values of a checkpoint but TensorFlow's own: its graph, and how often it has saved."""
    reader = tf.train.load_checkpoint(checkpoint)
    own = {"_CHECKPOINTABLE_OBJECT_GRAPH", "save_counter/.ATTRIBUTES/VARIABLE_VALUE"}
    return {name: reader.get_tensor(name) for name in set(reader.get_variable_to_shape_map()) - own}
